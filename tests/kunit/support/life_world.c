// SPDX-License-Identifier: GPL-2.0
/*
 * life_world.c - a function and two guests, for the tests of the life cycle
 */
#include "life_world.h"

struct life_world *life_world;

static const char *identity_dir(unsigned int domid)
{
	return domid == LIFE_DOMID ? "/local/domain/7" : "/local/domain/8";
}

static void no_work(struct work_struct *work)
{
}

static void init_guest(struct pb2_frontend *fe, struct xenbus_device *xdev,
		       domid_t domid, const char *vm_path)
{
	kref_init(&fe->ref);
	fe->xdev = xdev;
	fe->domid = domid;
	fe->topology = pb2_topology_choose(false);
	mutex_init(&fe->lock);
	pb2_frontend_init(fe);
	INIT_WORK(&fe->work, no_work);
	fake_xen_put(identity_dir(domid), "vm", vm_path);
}

/*
 * Xen tells who has a function, as on every machine with an IOMMU. It refuses to
 * tell about domains, so that xenstore decides which of them are alive.
 */
static void know_xen(void)
{
	fake_xen.domctl = FAKE_XEN_DOMCTL;
	fake_domain_create(0, "00000000-0000-0000-0000-000000000000");
	pb2_domain_init(0);
	fake_domain_free(0);
	fake_xen.silent = true;
	fake_forget();
}

/**
 * life_world_init() - begin a test
 * @test: its priv becomes the world
 *
 * The slots list contains all functions of the fake bus.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int life_world_init(struct kunit *test)
{
	struct life_world *world;
	int rc;

	world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);
	if (!world)
		return -ENOMEM;
	test->priv = world;
	life_world = world;
	life_during_reset = NULL;

	rc = fake_init(test);
	if (rc)
		return rc;
	rc = pb2_slots_add_list("(03:*.*)(04:*.*)");
	if (rc)
		return rc;

	know_xen();
	init_guest(&world->fe, &world->xdevs[0], LIFE_DOMID, "/vm/seven");
	init_guest(&world->other, &world->xdevs[1], LIFE_OTHER_DOMID,
		   "/vm/eight");
	world->xdevs[0].nodename = LIFE_BACK;
	world->xdevs[1].nodename = "/local/domain/0/backend/pci/8/0";
	fake_xen_put(LIFE_BACK, "state", "4");
	world->dev = fake_nic(test, PCI_DEVFN(0, 0));
	world->pdev = &world->dev->pdev;
	return 0;
}

/**
 * life_world_exit() - end a test: release all, and expect no reference left
 * @test: the test
 *
 * Context: may sleep.
 */
void life_world_exit(struct kunit *test)
{
	struct life_world *world = test->priv;
	unsigned int i;

	fake_fail_nth(0, 0);
	pb2_domain_watch_exit();
	pb2_domain_exit();
	for (i = 0; i < world->nr_seized; i++)
		if (pci_get_drvdata(world->seized[i]->pdev))
			life_remove(world->seized[i]->pdev);
	flush_workqueue(pb2_wq);

	for (i = 0; i < world->nr_seized; i++) {
		KUNIT_EXPECT_EQ(test, kref_read(&world->seized[i]->ref), 1);
		pb2_device_put(world->seized[i]);
	}
	KUNIT_EXPECT_EQ(test, kref_read(&world->fe.ref), 1);
	KUNIT_EXPECT_EQ(test, kref_read(&world->other.ref), 1);
	KUNIT_EXPECT_TRUE(test, list_empty(&world->fe.exports));
	KUNIT_EXPECT_TRUE(test, list_empty(&world->other.exports));
	pb2_holder_exit();
	pb2_slots_clear();
	fake_exit(test);
}

/**
 * life_ask_xen() - from here on Xen knows of domains, and can be asked
 *
 * Context: may sleep.
 */
void life_ask_xen(void)
{
	fake_xen.silent = false;
	fake_domain_create(0, "00000000-0000-0000-0000-000000000000");
	fake_domain_create(LIFE_DOMID, LIFE_UUID);
	fake_domain_create(LIFE_OTHER_DOMID, LIFE_OTHER_UUID);
	fake_xen_put("/local/domain/7", "vm", "/vm/" LIFE_UUID);
	fake_xen_put("/local/domain/8", "vm", "/vm/" LIFE_OTHER_UUID);
	pb2_domain_init(0);
	pb2_domain_watch_init();
}

/**
 * life_probe() - the PCI core binds a function to our driver
 * @pdev: the function
 *
 * Context: may sleep.
 * Return: as the driver's probe.
 */
int life_probe(struct pci_dev *pdev)
{
	const struct pci_device_id *id = pb2_pci_driver.id_table;
	int rc;

	/* pci_match_device() picks the entry in the same way. */
	while (id->override_only && !life_world->overridden)
		id++;

	device_lock(&pdev->dev);
	pdev->driver = &pb2_pci_driver;
	rc = pb2_pci_driver.probe(pdev, id);
	if (rc)
		pdev->driver = NULL;
	device_unlock(&pdev->dev);
	return rc;
}

/**
 * life_remove() - the PCI core unbinds it
 * @pdev: the function
 *
 * Context: may sleep.
 */
void life_remove(struct pci_dev *pdev)
{
	device_lock(&pdev->dev);
	pb2_pci_driver.remove(pdev);
	pdev->driver = NULL;
	device_unlock(&pdev->dev);
}

/**
 * life_seize() - have a function seized, and released at the test's end
 * @test: the test
 * @dev: the function
 *
 * The calls so far are forgotten.
 *
 * Context: may sleep.
 * Return: the function, with a reference of the test's.
 */
struct pb2_device *life_seize(struct kunit *test, struct fake_pci *dev)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev;

	KUNIT_ASSERT_LT(test, world->nr_seized, LIFE_MAX_SEIZED);
	KUNIT_ASSERT_EQ(test, life_probe(&dev->pdev), 0);
	pbdev = pci_get_drvdata(&dev->pdev);
	KUNIT_ASSERT_NOT_NULL(test, pbdev);
	pb2_device_get(pbdev);
	world->seized[world->nr_seized++] = pbdev;
	fake_forget();
	fake_pci_forget(dev);
	return pbdev;
}

/**
 * life_seize_dev() - have the world's own function seized
 * @test: the test
 *
 * Context: may sleep.
 */
void life_seize_dev(struct kunit *test)
{
	struct life_world *world = test->priv;

	world->pbdev = life_seize(test, world->dev);
}

/**
 * life_assign() - the toolstack attaches a function
 * @test: the test
 * @pbdev: the function
 * @fe: the guest's frontend
 *
 * The calls so far are forgotten.
 *
 * Context: may sleep.
 */
void life_assign(struct kunit *test, struct pb2_device *pbdev,
		 struct pb2_frontend *fe)
{
	struct pb2_sbdf vsbdf;

	KUNIT_ASSERT_EQ(test, pb2_frontend_add(fe, &pbdev->sbdf, &vsbdf), 0);
	KUNIT_ASSERT_EQ(test, pbdev->state, PB2_ASSIGNED);
	fake_forget();
}

/**
 * life_assign_dev() - the world's own function is seized and in domain 7
 * @test: the test
 *
 * Context: may sleep.
 */
void life_assign_dev(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	life_assign(test, world->pbdev, &world->fe);
}

/**
 * life_take_back() - take a function back from a frontend, and wait for the end
 * @pbdev: the function
 * @fe: the guest's frontend
 *
 * Context: may sleep.
 */
void life_take_back(struct pb2_device *pbdev, struct pb2_frontend *fe)
{
	pb2_frontend_remove(fe, &pbdev->sbdf);
	life_settle(pbdev);
}

/**
 * life_settle() - wait for the works of a function, but for the delayed ones
 * @pbdev: the function
 *
 * Context: may sleep.
 */
void life_settle(struct pb2_device *pbdev)
{
	flush_work(&pbdev->flr_work);
	flush_work(&pbdev->reclaim_work);
}

/**
 * life_hold_dev() - a living domain had @dev of the test's world
 * @test: the test, which ends if the function is not held then
 *
 * Context: may sleep.
 */
void life_hold_dev(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	life_take_back(world->pbdev, &world->fe);
	KUNIT_ASSERT_EQ(test, world->pbdev->state, PB2_HELD);
	fake_forget();
}

/**
 * life_look_again() - look now whether the former domain is gone
 * @pbdev: a function that is held, which else is looked after in seconds
 *
 * Context: may sleep.
 */
void life_look_again(struct pb2_device *pbdev)
{
	flush_delayed_work(&pbdev->hold_work);
}

/**
 * life_overwrite_bar() - the guest writes all ones to BAR 0
 * @pbdev: a function that the guest has
 *
 * Context: may sleep.
 * Return: what it read there before.
 */
u32 life_overwrite_bar(struct pb2_device *pbdev)
{
	u32 before;

	mutex_lock(&pbdev->gate.lock);
	pb2_conf_read(pbdev, PCI_BASE_ADDRESS_0, 4, &before);
	pb2_conf_write(pbdev, PCI_BASE_ADDRESS_0, 4, ~0);
	mutex_unlock(&pbdev->gate.lock);
	return before;
}

/**
 * life_read_bar() - the guest reads BAR 0
 * @pbdev: a function that the guest has
 *
 * Context: may sleep.
 * Return: the value.
 */
u32 life_read_bar(struct pb2_device *pbdev)
{
	u32 val;

	mutex_lock(&pbdev->gate.lock);
	pb2_conf_read(pbdev, PCI_BASE_ADDRESS_0, 4, &val);
	mutex_unlock(&pbdev->gate.lock);
	return val;
}

/**
 * life_kill() - a domain dies, and its nodes go
 * @domid: which of the two
 *
 * Context: may sleep.
 */
void life_kill(unsigned int domid)
{
	pb2_xen_rm(identity_dir(domid), "vm");
}

/**
 * life_need_bus() - let only a reset of its bus reset a function
 * @dev: the function
 *
 * Context: any.
 */
void life_need_bus(struct fake_pci *dev)
{
	dev->function_reset = FAKE_RESET_LIES;
	dev->bus_reset = FAKE_RESET_WORKS;
}

/**
 * life_seize_pair() - seize the device and a second function of its slot
 * @test: the running test
 *
 * Context: may sleep.
 * Return: both.
 */
struct life_pair life_seize_pair(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *second = fake_nic(test, PCI_DEVFN(0, 1));
	struct life_pair pair;

	life_seize_dev(test);
	pair.a = world->pbdev;
	pair.b = life_seize(test, second);
	life_need_bus(world->dev);
	life_need_bus(second);
	return pair;
}

/**
 * life_flr_fault() - do_flr of a function that a domain may have used
 * @pbdev: the function
 *
 * Context: may sleep.
 * Return: its fault afterwards.
 */
const char *life_flr_fault(struct pb2_device *pbdev)
{
	pbdev->reset.clean = false;
	pb2_reset_request_run(pbdev);
	return pbdev->fault;
}

/**
 * life_gate() - what would a request find?
 * @pbdev: the function
 * @fe: who sends the request
 *
 * Context: may sleep.
 * Return: the gate as that frontend sees it.
 */
enum pb2_gate_state life_gate(struct pb2_device *pbdev,
			      const struct pb2_frontend *fe)
{
	enum pb2_gate_state state = pb2_gate_enter(pbdev, fe);

	pb2_gate_leave(pbdev);
	return state;
}

/**
 * life_ask_for_flr() - the guest, which may, sets its FLR bit
 * @pbdev: the function
 *
 * Context: may sleep.
 */
void life_ask_for_flr(struct pb2_device *pbdev)
{
	pb2_guest_reset_allow(pbdev, true);
	mutex_lock(&pbdev->gate.lock);
	pb2_guest_reset_start(pbdev);
	mutex_unlock(&pbdev->gate.lock);
}

/**
 * life_request() - the guest of @world->fe sends a request for @world->pbdev
 * @world: the world
 * @cmd: XEN_PCI_OP_*
 * @offset: as in the request
 * @size: as in the request
 * @value: as in the request, and as in the answer
 *
 * Context: may sleep.
 * Return: what the guest gets for it.
 */
int life_request(struct life_world *world, u32 cmd, s32 offset, s32 size,
		 u32 *value)
{
	struct xen_pci_op op = {
		.cmd = cmd, .offset = offset, .size = size, .value = *value,
	};
	struct pb2_sbdf vsbdf = {};

	pb2_frontend_vsbdf(&world->fe, world->pbdev, &vsbdf);
	op.domain = vsbdf.domain;
	op.bus = vsbdf.bus;
	op.devfn = vsbdf.devfn;
	pb2_op_run(&world->fe, &op);
	*value = op.value;
	return op.err;
}
