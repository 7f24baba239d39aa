// SPDX-License-Identifier: GPL-2.0
/*
 * fault_test.c - a failure of each call through the whole life of a function
 *
 * A life seizes, assigns, hands over, uses, resets, takes back and releases the
 * function. Each call of Xen, of xenstore and of the PCI core fails once, then
 * each allocation. After each life nothing is left over, and the next life is
 * complete.
 */
#include <linux/sched.h>

#include "support/fake_ecam.h"
#include "support/life_world.h"

/**
 * struct life - a variant of a function's life
 * @name: name of the variant
 * @unbound: the administrator unbinds the function while the guest has it
 * @bus: pciback2 resets the function by its bus
 */
struct life {
	const char *name;
	bool unbound;
	bool bus;
};

static const struct life lives[] = {
	{ "taken back, then released", false, false },
	{ "taken back with its bus, then released", false, true },
	{ "unbound under its guest", true, false },
	{ "unbound with its bus under its guest", true, true },
};

static void describe(const struct life *life, char *desc)
{
	strscpy(desc, life->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(life, lives, describe);

static int init(struct kunit *test)
{
	int rc = life_world_init(test);

	if (rc)
		return rc;
	pb2_window_init();
	pb2_window_ask();
	life_ask_xen();
	fake_xen_put("/local/domain/7", "target", "8");
	return 0;
}

static void finish(struct kunit *test)
{
	life_world_exit(test);
	pb2_window_exit();
}

/* Makes a guest's requests in turn. Returns true if all of them succeed. */
static bool use_function(struct life_world *world)
{
	static const struct {
		u32 cmd;
		s32 offset;
		s32 size;
		u32 value;
	} requests[] = {
		{ XEN_PCI_OP_conf_read, PCI_VENDOR_ID, 4, 0 },
		{ XEN_PCI_OP_conf_write, PCI_COMMAND, 2,
		  PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER },
		{ XEN_PCI_OP_enable_msi, 0, 0, 0 },
		{ XEN_PCI_OP_disable_msi, 0, 0, 0 },
		{ XEN_PCI_OP_enable_msix, 0, 0, 1 },
		{ XEN_PCI_OP_disable_msix, 0, 0, 0 },
		/* The guest leaves this vector allocated. */
		{ XEN_PCI_OP_enable_msix, 0, 0, 1 },
	};
	bool got = true;
	unsigned int i;
	u32 value;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		value = requests[i].value;
		got &= !life_request(world, requests[i].cmd, requests[i].offset,
				     requests[i].size, &value);
	}
	return got;
}

/* The guest and its target die, and Xen sends an event. */
static void kill_domains(struct life_world *world)
{
	fake_domain_free(LIFE_DOMID);
	fake_domain_free(LIFE_OTHER_DOMID);
	fake_domain_event();
	life_look_again(world->pbdev);
}

/* The next guest has the same UUID. */
static void create_domains(void)
{
	fake_domain_create(LIFE_DOMID, LIFE_UUID);
	fake_domain_create(LIFE_OTHER_DOMID, LIFE_OTHER_UUID);
}

/*
 * Assigns the function, uses it, lets the guest ask for an FLR and takes it back.
 * Returns true if every step succeeds.
 */
static bool serve_guest(struct life_world *world, const struct life *life)
{
	struct pb2_device *pbdev = world->pbdev;
	struct pb2_sbdf vsbdf;
	bool all;

	if (pb2_frontend_add(&world->fe, &pbdev->sbdf, &vsbdf))
		return false;
	all = fake_domain_page(LIFE_DOMID) && use_function(world);
	life_ask_for_flr(pbdev);
	life_settle(pbdev);
	all &= !pb2_reset_request_run(pbdev);
	if (!life->unbound)
		life_take_back(pbdev, &world->fe);
	return all;
}

static bool live_once(struct life_world *world, const struct life *life)
{
	struct pb2_device *pbdev;
	bool all;

	create_domains();
	if (life_probe(world->pdev))
		return false;
	pbdev = pci_get_drvdata(world->pdev);
	pb2_device_get(pbdev);
	world->pbdev = pbdev;

	all = serve_guest(world, life);
	if (!life->unbound) {
		kill_domains(world);
		all &= READ_ONCE(pbdev->state) == PB2_IDLE;
	}
	life_remove(world->pdev);
	if (life->unbound)
		kill_domains(world);
	flush_workqueue(pb2_wq);

	all &= kref_read(&pbdev->ref) == 1;
	pb2_device_put(pbdev);
	return all;
}

static void expect_balance(struct kunit *test, unsigned int nth)
{
	struct life_world *world = test->priv;
	char buf[80];

	/* If Xen failed to answer at the domain's death, this event repeats the check. */
	fake_domain_event();
	KUNIT_EXPECT_EQ_MSG(test, kref_read(&world->fe.ref), 1, "failure %u",
			    nth);
	KUNIT_EXPECT_TRUE_MSG(test, list_empty(&world->fe.exports),
			      "failure %u", nth);
	KUNIT_EXPECT_EQ_MSG(test, pb2_page_show(buf, sizeof(buf)), 0,
			    "failure %u", nth);
	KUNIT_EXPECT_FALSE_MSG(test, world->pdev->msix_enabled, "failure %u",
			       nth);
	KUNIT_EXPECT_EQ_MSG(test, fake_xen.prepared, 0, "failure %u", nth);
	KUNIT_EXPECT_EQ_MSG(test, fake_xen.owners, 0, "failure %u", nth);
	fake_pci_check(test);
	fake_ecam_check(test);
}

static const struct life *begin(struct kunit *test)
{
	const struct life *life = test->param_value;
	struct life_world *world = test->priv;

	if (life->bus)
		world->dev->function_reset = FAKE_RESET_NONE;
	world->dev->bus_reset = FAKE_RESET_WORKS;
	KUNIT_ASSERT_TRUE(test, live_once(world, life));
	expect_balance(test, 0);
	return life;
}

static void whatever_call_fails_all_is_balanced(struct kunit *test)
{
	static const int errors[] = { -EIO, -ENOMEM };
	const struct life *life = begin(test);
	struct life_world *world = test->priv;
	unsigned int nth, i, sum = 0;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		for (nth = 1; ; nth++) {
			fake_forget();
			fake_fail_nth(nth, errors[i]);
			live_once(world, life);
			if (!fake_has_failed())
				break;
			fake_fail_nth(0, 0);
			expect_balance(test, nth);
		}
		fake_fail_nth(0, 0);
		sum += nth - 1;
	}
	KUNIT_EXPECT_TRUE(test, live_once(world, life));
	KUNIT_EXPECT_GT(test, sum, 60);
	kunit_info(test, "%u failed calls", sum);
}

static void whatever_allocation_fails_all_is_balanced(struct kunit *test)
{
	const struct life *life = begin(test);
	struct life_world *world = test->priv;
	unsigned int nth, left;

	for (nth = 1; ; nth++) {
		fake_forget();
		current->fail_nth = nth;
		live_once(world, life);
		left = current->fail_nth;
		current->fail_nth = 0;
		if (left)
			break;
		expect_balance(test, nth);
	}
	KUNIT_EXPECT_TRUE(test, live_once(world, life));
	/* A smaller number means that fault injection does not work. */
	KUNIT_EXPECT_GT(test, nth, 10);
	kunit_info(test, "%u failed allocations", nth - 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(whatever_call_fails_all_is_balanced, life_gen_params),
	KUNIT_CASE_PARAM(whatever_allocation_fails_all_is_balanced,
			 life_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_fault",
	.init = init,
	.exit = finish,
	.test_cases = cases,
};

kunit_test_suite(suite);
