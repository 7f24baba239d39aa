// SPDX-License-Identifier: GPL-2.0
/*
 * driver_test.c - seizing and releasing a function
 */
#include "support/life_world.h"

/* Only a lack of memory makes this step of seizing fail. */
static int conf_init(struct pb2_device *pbdev)
{
	return fake_call("conf_init") ?: pb2_conf_init(pbdev);
}

#define pb2_conf_init conf_init

#include "../../drivers/xen/pciback2/driver.c"

static void a_function_is_seized_reset_and_may_suspend(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_device *pbdev, *found;

	KUNIT_ASSERT_EQ(test, life_probe(world->pdev), 0);
	fake_expect_calls(test, "enable", "set_master=0", "pme_off",
			  "prepare_msix", "save", "conf_init", "lock_cfg",
			  "set_master=0", "reset_function", "restore",
			  "unlock_cfg", "device_reset", "set_assigned=1",
			  "pm_start=1000", NULL);

	pbdev = pci_get_drvdata(world->pdev);
	found = pb2_registry_find(&pbdev->sbdf);
	KUNIT_EXPECT_PTR_EQ(test, found, pbdev);
	LIFE_EXPECT_STATE(test, found, PB2_IDLE);
	KUNIT_EXPECT_EQ(test, found->reset.verdict, PB2_RESET_PROVEN);
	KUNIT_EXPECT_EQ(test, found->sbdf.bus, FAKE_PCI_BUS);
	KUNIT_EXPECT_EQ(test, life_gate(found, &world->fe), PB2_GATE_CLOSED);
	/* No user keeps the function awake. */
	KUNIT_EXPECT_EQ(test, world->dev->users, 0);
	pb2_device_put(found);
	life_remove(world->pdev);
}

static void seizing_leaves_decode_on_and_bus_master_off(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	KUNIT_EXPECT_EQ(test, fake_pci_get(world->dev, PCI_COMMAND, 2),
			PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	KUNIT_EXPECT_EQ(test, fake_pci_get(world->dev, PCI_BASE_ADDRESS_0, 4),
			0xfe840000);
	/* The reset marker is gone, too. */
	KUNIT_EXPECT_EQ(test, fake_pci_get(world->dev, PCI_CACHE_LINE_SIZE, 1),
			0);
}

/* If a step fails that seizing needs, the steps before it are undone. */
static void seizing_is_undone_at_whatever_step_it_fails(struct kunit *test)
{
	struct life_world *world = test->priv;
	unsigned int nth, refused = 0;
	int rc;

	for (nth = 1; ; nth++) {
		fake_forget();
		fake_fail_nth(nth, -EIO);
		rc = life_probe(world->pdev);
		if (!fake_has_failed())
			break;
		if (rc) {
			refused++;
			KUNIT_EXPECT_NULL(test, pci_get_drvdata(world->pdev));
			KUNIT_EXPECT_EQ(test, fake_count("set_assigned=1"), 0);
		} else {
			life_remove(world->pdev);
		}
		fake_pci_check(test);
		fake_xen_check(test);
	}
	/* enable, save and conf_init */
	KUNIT_EXPECT_EQ(test, refused, 3);
	KUNIT_EXPECT_GT(test, nth, 6);

	/* After every failure the next attempt succeeds. */
	fake_fail_nth(0, 0);
	KUNIT_ASSERT_EQ(test, rc, 0);
	life_remove(world->pdev);
}

static void without_memory_for_the_saved_state_it_is_not_seized(struct kunit *test)
{
	struct life_world *world = test->priv;

	fake_fail("save", 1, -EIO);
	KUNIT_EXPECT_EQ(test, life_probe(world->pdev), -ENOMEM);
	fake_expect_order(test, "enable", "prepare_msix", "save",
			  "release_msix", "disable", NULL);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 0);
}

static void a_function_that_does_not_answer_is_not_seized(struct kunit *test)
{
	struct life_world *world = test->priv;

	world->dev->absent = true;
	KUNIT_EXPECT_EQ(test, life_probe(world->pdev), -EIO);
	fake_expect_calls(test, NULL);
}

static void an_unwanted_function_is_left_alone(struct kunit *test)
{
	struct life_world *world = test->priv;

	pb2_slots_clear();
	KUNIT_EXPECT_EQ(test, life_probe(world->pdev), -ENODEV);
	fake_expect_calls(test, NULL);
	KUNIT_EXPECT_EQ(test, world->dev->reads, 0);
	KUNIT_EXPECT_EQ(test, world->dev->nr_writes, 0);
}

static const char *shown_slots(struct kunit *test)
{
	char *text = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, text);
	pb2_slots_show(text, PAGE_SIZE);
	return text;
}

static void driver_override_seizes_and_is_listed_as_a_slot(struct kunit *test)
{
	struct life_world *world = test->priv;

	pb2_slots_clear();
	world->overridden = true;
	life_seize_dev(test);
	world->overridden = false;
	KUNIT_EXPECT_STREQ(test, shown_slots(test), "0000:03:00.0\n");
}

/* A driver of dom0 that is loaded afterwards must get the function. */
static void what_an_override_listed_leaves_with_it(struct kunit *test)
{
	struct life_world *world = test->priv;

	pb2_slots_clear();
	world->overridden = true;
	life_seize_dev(test);
	world->overridden = false;
	life_remove(world->pdev);
	KUNIT_EXPECT_STREQ(test, shown_slots(test), "");
	KUNIT_EXPECT_EQ(test, life_probe(world->pdev), -ENODEV);
}

static void what_cannot_be_seized_is_not_listed(struct kunit *test)
{
	struct life_world *world = test->priv;

	pb2_slots_clear();
	world->overridden = true;
	world->dev->absent = true;
	KUNIT_EXPECT_EQ(test, life_probe(world->pdev), -EIO);
	world->dev->absent = false;
	world->pdev->hdr_type = PCI_HEADER_TYPE_CARDBUS;
	KUNIT_EXPECT_EQ(test, life_probe(world->pdev), -ENODEV);
	world->overridden = false;
	KUNIT_EXPECT_STREQ(test, shown_slots(test), "");
}

static void what_is_neither_device_nor_bridge_is_refused(struct kunit *test)
{
	struct life_world *world = test->priv;

	world->pdev->hdr_type = PCI_HEADER_TYPE_CARDBUS;
	KUNIT_EXPECT_EQ(test, life_probe(world->pdev), -ENODEV);
	fake_expect_calls(test, NULL);
}

static void a_segment_without_room_in_the_protocol_is_refused(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pci_sysdata *sysdata = world->pdev->bus->sysdata;

	sysdata->domain = 0x10000;
	KUNIT_EXPECT_EQ(test, life_probe(world->pdev), -ENODEV);
	fake_expect_calls(test, NULL);
	sysdata->domain = 0;
}

static void a_bridge_is_seized_and_not_reset(struct kunit *test)
{
	struct fake_pci *bridge = fake_bridge(test, PCI_DEVFN(2, 0));
	struct pb2_device *pbdev;

	KUNIT_ASSERT_EQ(test, life_probe(&bridge->pdev), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_function"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("reset_bus"), 0);
	pbdev = pci_get_drvdata(&bridge->pdev);
	LIFE_EXPECT_STATE(test, pbdev, PB2_IDLE);
	KUNIT_EXPECT_STREQ(test, pbdev->reset.method, "none");
	life_remove(&bridge->pdev);
}

/* All DMA behind a bridge stops when its bus master bit goes off. */
static void a_bridge_is_left_as_it_was(struct kunit *test)
{
	struct fake_pci *bridge = fake_bridge(test, PCI_DEVFN(2, 0));
	const u32 command = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;

	fake_pci_set(bridge, PCI_COMMAND, 2, command);
	KUNIT_ASSERT_EQ(test, life_probe(&bridge->pdev), 0);
	KUNIT_EXPECT_EQ(test, fake_pci_get(bridge, PCI_COMMAND, 2), command);
	life_remove(&bridge->pdev);
	KUNIT_EXPECT_EQ(test, fake_pci_get(bridge, PCI_COMMAND, 2), command);
	KUNIT_EXPECT_EQ(test, bridge->nr_writes, 0);
	KUNIT_EXPECT_EQ(test, fake_count("enable"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("pme_off"), 0);
}

static void interrupts_that_were_left_half_on_are_turned_off(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct fake_pci *dev = world->dev;
	unsigned int i;

	fake_pci_set(dev, FAKE_PCI_MSI + PCI_MSI_FLAGS, 2,
		     PCI_MSI_FLAGS_64BIT | PCI_MSI_FLAGS_ENABLE);
	fake_pci_set(dev, FAKE_PCI_MSIX + PCI_MSIX_FLAGS, 2,
		     PCI_MSIX_FLAGS_MASKALL | 0xf);
	life_seize_dev(test);

	/* MSI and MSI-X were off when the state was saved. */
	KUNIT_EXPECT_EQ(test, fake_pci_get(dev, FAKE_PCI_MSI + PCI_MSI_FLAGS,
					   2), PCI_MSI_FLAGS_64BIT);
	KUNIT_EXPECT_EQ(test, fake_pci_get(dev, FAKE_PCI_MSIX + PCI_MSIX_FLAGS,
					   2), 0xf);

	/* If MSI and MSI-X are off already, seizing does not write to them. */
	life_remove(world->pdev);
	fake_pci_forget(dev);
	KUNIT_ASSERT_EQ(test, life_probe(world->pdev), 0);
	for (i = 0; i < dev->nr_writes && i < FAKE_PCI_MAX_WRITES; i++)
		KUNIT_EXPECT_TRUE(test, dev->writes[i].off == PCI_COMMAND ||
				  dev->writes[i].off == PCI_CACHE_LINE_SIZE);
	life_remove(world->pdev);
}

static void msix_that_xen_cannot_prepare_is_no_obstacle(struct kunit *test)
{
	struct life_world *world = test->priv;

	fake_fail("prepare_msix", 1, -ENODEV);
	KUNIT_EXPECT_EQ(test, life_probe(world->pdev), 0);
	fake_fail("release_msix", 1, -ENODEV);
	life_remove(world->pdev);
}

/* Xen 4.17 crashes when it is asked about such a function. */
static void xen_is_not_asked_about_what_it_does_not_see(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pci_sysdata *sysdata = world->pdev->bus->sysdata;
	int rc;

	/* No ECAM window is known, so Xen cannot read this segment. */
	sysdata->domain = 1;
	world->overridden = true;
	rc = life_probe(world->pdev);
	world->overridden = false;
	sysdata->domain = 0;
	KUNIT_ASSERT_EQ(test, rc, 0);
	life_remove(world->pdev);
	KUNIT_EXPECT_EQ(test, fake_count("set_assigned=1"), 1);
	KUNIT_EXPECT_EQ(test, fake_count("prepare_msix"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("release_msix"), 0);
}

static void only_functions_with_msix_are_prepared_for_it(struct kunit *test)
{
	struct fake_pci *dev = fake_intx(test, PCI_DEVFN(1, 0));

	KUNIT_ASSERT_EQ(test, life_probe(&dev->pdev), 0);
	life_remove(&dev->pdev);
	KUNIT_EXPECT_EQ(test, fake_count("prepare_msix"), 0);
	KUNIT_EXPECT_EQ(test, fake_count("release_msix"), 0);
}

static void an_idle_function_is_released_awake_and_not_reset(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_seize_dev(test);
	life_remove(world->pdev);
	fake_expect_calls(test, "pm_stop", "set_assigned=0", "release_msix",
			  "disable", NULL);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_GONE);
	KUNIT_EXPECT_TRUE(test, world->pbdev->released);
	KUNIT_EXPECT_NULL(test, pci_get_drvdata(world->pdev));
	KUNIT_EXPECT_NULL(test, pb2_registry_find(&world->pbdev->sbdf));
}

static void unbinding_takes_the_function_from_its_domain(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	life_remove(world->pdev);
	fake_expect_order(test, "reset_function", "unregister_owner",
			  "pm_stop", "set_assigned=0", "release_msix",
			  "disable", NULL);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_GONE);
	KUNIT_EXPECT_TRUE(test, list_empty(&world->fe.exports));
	KUNIT_EXPECT_EQ(test, life_gate(world->pbdev, &world->fe),
			PB2_GATE_CLOSED);
	KUNIT_EXPECT_NULL(test, world->pbdev->fe);

	/* The work that driver_evict() has queued finds nothing to do. */
	fake_forget();
	life_settle(world->pbdev);
	fake_expect_calls(test, NULL);
}

static void a_card_that_was_pulled_is_released(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	world->dev->absent = true;
	life_remove(world->pdev);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_GONE);
	KUNIT_EXPECT_EQ(test, fake_xen_owner(world->pdev), -ENODEV);
}

static void a_released_function_can_be_seized_again(struct kunit *test)
{
	struct life_world *world = test->priv;

	life_assign_dev(test);
	life_remove(world->pdev);
	KUNIT_ASSERT_EQ(test, life_probe(world->pdev), 0);
	life_remove(world->pdev);
}

static void a_function_that_no_reset_cleans_is_seized_and_has_failed(struct kunit *test)
{
	struct life_world *world = test->priv;
	struct pb2_sbdf vsbdf;

	world->dev->function_reset = FAKE_RESET_LIES;
	life_seize_dev(test);
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_FAILED);
	KUNIT_EXPECT_NE(test, world->pbdev->fault[0], 0);
	KUNIT_EXPECT_EQ(test, pb2_frontend_add(&world->fe, &world->pbdev->sbdf,
					       &vsbdf), -EIO);

	world->dev->function_reset = FAKE_RESET_WORKS;
	KUNIT_EXPECT_EQ(test, pb2_reset_request_run(world->pbdev), 0);
	/* The domain that was refused lives. */
	LIFE_EXPECT_STATE(test, world->pbdev, PB2_HELD);
	life_assign(test, world->pbdev, &world->fe);
}

/* libxl maps the irq that sysfs shows, which fails in a PVH dom0. */
static void without_pirqs_sysfs_shows_no_line(struct kunit *test)
{
	struct life_world *world = test->priv;

	fake_xen.pirqs = false;
	KUNIT_ASSERT_EQ(test, life_probe(world->pdev), 0);
	KUNIT_EXPECT_EQ(test, world->pdev->irq, 0);
	life_remove(world->pdev);
	KUNIT_EXPECT_EQ(test, world->pdev->irq, FAKE_PCI_LINE);

	fake_fail("save", 1, -ENOMEM);
	KUNIT_EXPECT_EQ(test, life_probe(world->pdev), -ENOMEM);
	KUNIT_EXPECT_TRUE(test, fake_has_failed());
	KUNIT_EXPECT_EQ(test, world->pdev->irq, FAKE_PCI_LINE);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_function_that_no_reset_cleans_is_seized_and_has_failed),
	KUNIT_CASE(a_function_is_seized_reset_and_may_suspend),
	KUNIT_CASE(seizing_leaves_decode_on_and_bus_master_off),
	KUNIT_CASE(seizing_is_undone_at_whatever_step_it_fails),
	KUNIT_CASE(without_memory_for_the_saved_state_it_is_not_seized),
	KUNIT_CASE(a_function_that_does_not_answer_is_not_seized),
	KUNIT_CASE(an_unwanted_function_is_left_alone),
	KUNIT_CASE(driver_override_seizes_and_is_listed_as_a_slot),
	KUNIT_CASE(what_an_override_listed_leaves_with_it),
	KUNIT_CASE(what_cannot_be_seized_is_not_listed),
	KUNIT_CASE(what_is_neither_device_nor_bridge_is_refused),
	KUNIT_CASE(a_segment_without_room_in_the_protocol_is_refused),
	KUNIT_CASE(a_bridge_is_seized_and_not_reset),
	KUNIT_CASE(a_bridge_is_left_as_it_was),
	KUNIT_CASE(interrupts_that_were_left_half_on_are_turned_off),
	KUNIT_CASE(msix_that_xen_cannot_prepare_is_no_obstacle),
	KUNIT_CASE(xen_is_not_asked_about_what_it_does_not_see),
	KUNIT_CASE(only_functions_with_msix_are_prepared_for_it),
	KUNIT_CASE(an_idle_function_is_released_awake_and_not_reset),
	KUNIT_CASE(unbinding_takes_the_function_from_its_domain),
	KUNIT_CASE(a_card_that_was_pulled_is_released),
	KUNIT_CASE(a_released_function_can_be_seized_again),
	KUNIT_CASE(without_pirqs_sysfs_shows_no_line),
	{ }
};

static struct kunit_suite suite = {
	.name = "pciback2_driver",
	.init = life_world_init,
	.exit = life_world_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
