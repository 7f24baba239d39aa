// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the functions that a frontend owns
 */
#include "../../../drivers/xen/pciback2/guest/frontend.c"

#include "../support/guest.h"

static struct pb2_frontend *fe_of(struct kunit *test)
{
	struct guest *guest = test->priv;

	return guest->fe;
}

static int add(struct kunit *test, struct pb2_device *pbdev)
{
	struct pb2_sbdf vsbdf;

	return pb2_frontend_add(fe_of(test), &pbdev->sbdf, &vsbdf);
}

static void expect_owned(struct kunit *test, struct pb2_device *pbdev,
			 struct pb2_frontend *fe)
{
	struct pb2_sbdf vsbdf;

	KUNIT_EXPECT_EQ(test, pbdev->state, PB2_ASSIGNED);
	KUNIT_EXPECT_PTR_EQ(test, pbdev->fe, fe);
	KUNIT_EXPECT_EQ(test, pbdev->gate.state, PB2_GATE_OPEN);
	KUNIT_EXPECT_PTR_EQ(test, pbdev->gate.fe,
			    (const struct pb2_frontend *)fe);
	KUNIT_EXPECT_EQ(test, fake_xen_owner(pbdev->pdev), fe->domid);
	KUNIT_EXPECT_EQ(test, pb2_frontend_vsbdf(fe, pbdev, &vsbdf), 0);
}

/* Waits until the queued work is done. */
static void expect_idle(struct kunit *test, struct pb2_device *pbdev)
{
	struct pb2_sbdf vsbdf;

	guest_settle();
	KUNIT_EXPECT_EQ(test, pbdev->state, PB2_IDLE);
	KUNIT_EXPECT_NULL(test, pbdev->fe);
	KUNIT_EXPECT_EQ(test, pbdev->gate.state, PB2_GATE_CLOSED);
	KUNIT_EXPECT_EQ(test, fake_xen_owner(pbdev->pdev), -ENODEV);
	KUNIT_EXPECT_EQ(test, pb2_frontend_vsbdf(fe_of(test), pbdev, &vsbdf),
			-ENOENT);
	/* The registry's reference */
	KUNIT_EXPECT_EQ(test, kref_read(&pbdev->ref), 1);
	KUNIT_EXPECT_EQ(test, fake_pci_of(pbdev->pdev)->users, 0);
}

static void an_added_function_has_an_address_and_an_open_gate(struct kunit *test)
{
	struct pb2_device *a = guest_seize(test, fake_nic(test, 0x28));
	struct pb2_device *b = guest_seize(test, fake_nic(test, 0x31));
	struct pb2_frontend *fe = fe_of(test);
	struct pb2_sbdf vsbdf;

	KUNIT_EXPECT_EQ(test, pb2_frontend_add(fe, &a->sbdf, &vsbdf), 0);
	KUNIT_EXPECT_EQ(test, vsbdf.devfn, PCI_DEVFN(0, 0));
	KUNIT_EXPECT_EQ(test, pb2_frontend_add(fe, &b->sbdf, &vsbdf), 0);
	KUNIT_EXPECT_EQ(test, vsbdf.domain, 0);
	KUNIT_EXPECT_EQ(test, vsbdf.bus, 0);
	KUNIT_EXPECT_EQ(test, vsbdf.devfn, PCI_DEVFN(1, 1));
	expect_owned(test, a, fe);
	expect_owned(test, b, fe);
	/* One reference of its own, and one for each function */
	KUNIT_EXPECT_EQ(test, kref_read(&fe->ref), 3);
}

static void a_function_is_found_at_its_virtual_address(struct kunit *test)
{
	struct pb2_sbdf vsbdf = { .devfn = PCI_DEVFN(1, 0) };
	struct pb2_frontend *fe = fe_of(test);
	struct pb2_device *b;

	guest_give(test, fake_nic(test, 0x28));
	b = guest_give(test, fake_nic(test, 0x30));

	KUNIT_EXPECT_PTR_EQ(test, pb2_frontend_find(fe, &vsbdf), b);
	/* The references of the registry, of the export and of this test */
	KUNIT_EXPECT_EQ(test, kref_read(&b->ref), 3);
	pb2_device_put(b);

	KUNIT_EXPECT_NULL(test, pb2_frontend_find(fe, &b->sbdf));
	vsbdf.devfn = PCI_DEVFN(1, 1);
	KUNIT_EXPECT_NULL(test, pb2_frontend_find(fe, &vsbdf));
	vsbdf.devfn = PCI_DEVFN(2, 0);
	KUNIT_EXPECT_NULL(test, pb2_frontend_find(fe, &vsbdf));
	KUNIT_EXPECT_EQ(test, kref_read(&b->ref), 2);

	KUNIT_EXPECT_EQ(test, pb2_frontend_vsbdf(fe, b, &vsbdf), 0);
	KUNIT_EXPECT_EQ(test, vsbdf.devfn, PCI_DEVFN(1, 0));
}

/* The holder of the lock may be waiting for memory. */
static void a_request_waits_for_no_lock_of_its_frontend(struct kunit *test)
{
	struct pb2_sbdf vsbdf = { .devfn = PCI_DEVFN(0, 0) };
	struct pb2_frontend *fe = fe_of(test);
	struct pb2_device *a = guest_give(test, fake_nic(test, 0x28));

	mutex_lock(&fe->lock);
	KUNIT_EXPECT_PTR_EQ(test, pb2_frontend_find(fe, &vsbdf), a);
	mutex_unlock(&fe->lock);
	pb2_device_put(a);
}

/* A look-up may still find the export while the last reference goes. */
static void a_function_that_is_being_freed_is_not_found(struct kunit *test)
{
	struct pb2_sbdf vsbdf = { .devfn = PCI_DEVFN(0, 0) };
	struct pb2_device *dying = kunit_kzalloc(test, sizeof(*dying),
						 GFP_KERNEL);
	struct pb2_frontend *fe = fe_of(test);
	struct pb2_export export = { .pbdev = dying };

	KUNIT_ASSERT_NOT_NULL(test, dying);
	KUNIT_ASSERT_EQ(test,
			xa_insert(&fe->places, frontend_place_index(&vsbdf),
				  &export, GFP_KERNEL), 0);
	KUNIT_EXPECT_NULL(test, pb2_frontend_find(fe, &vsbdf));
	xa_erase(&fe->places, frontend_place_index(&vsbdf));
}

static void what_is_not_seized_cannot_be_added(struct kunit *test)
{
	struct pb2_sbdf sbdf = { .bus = FAKE_PCI_BUS }, vsbdf;

	fake_nic(test, 0);
	KUNIT_EXPECT_EQ(test, pb2_frontend_add(fe_of(test), &sbdf, &vsbdf),
			-ENODEV);
	fake_expect_calls(test, NULL);
}

static void a_function_is_added_once(struct kunit *test)
{
	struct pb2_frontend *other = guest_new_frontend(test, 6);
	struct pb2_device *pbdev = guest_give(test, fake_nic(test, 0));
	struct pb2_sbdf vsbdf;

	KUNIT_EXPECT_EQ(test, add(test, pbdev), -EBUSY);
	KUNIT_EXPECT_EQ(test, pb2_frontend_add(other, &pbdev->sbdf, &vsbdf),
			-EBUSY);
	expect_owned(test, pbdev, fe_of(test));
	KUNIT_EXPECT_EQ(test, kref_read(&other->ref), 1);
	KUNIT_EXPECT_EQ(test, kref_read(&pbdev->ref), 2);
	KUNIT_EXPECT_EQ(test, pb2_frontend_remove(other, &pbdev->sbdf), -ENOENT);
	expect_owned(test, pbdev, fe_of(test));
	guest_free_frontend(test, other);
}

static void one_of_two_can_be_removed(struct kunit *test)
{
	struct pb2_device *a = guest_give(test, fake_nic(test, 0x00));
	struct pb2_device *b = guest_give(test, fake_nic(test, 0x08));
	struct pb2_frontend *fe = fe_of(test);
	struct pb2_sbdf vsbdf = { };

	KUNIT_EXPECT_EQ(test, pb2_frontend_remove(fe, &a->sbdf), 0);
	/* The gate closes at once, not when the reset has ended. */
	KUNIT_EXPECT_EQ(test, a->gate.state, PB2_GATE_CLOSED);
	KUNIT_EXPECT_NULL(test, pb2_frontend_find(fe, &vsbdf));
	expect_owned(test, b, fe);
	expect_idle(test, a);
	KUNIT_EXPECT_EQ(test, fake_pci_of(a->pdev)->resets, 2);
	KUNIT_EXPECT_EQ(test, fake_pci_of(b->pdev)->resets, 1);
	KUNIT_EXPECT_EQ(test, pb2_frontend_remove(fe, &a->sbdf), -ENOENT);

	/* The function gets its old address again. */
	KUNIT_EXPECT_EQ(test, pb2_frontend_add(fe, &a->sbdf, &vsbdf), 0);
	KUNIT_EXPECT_EQ(test, vsbdf.devfn, PCI_DEVFN(0, 0));
	expect_owned(test, a, fe);
}

static void removing_returns_before_the_reset(struct kunit *test)
{
	struct pb2_device *pbdev = guest_give(test, fake_nic(test, 0));

	/* The reset waits for this lock. */
	device_lock(&pbdev->pdev->dev);
	KUNIT_EXPECT_EQ(test, pb2_frontend_remove(fe_of(test), &pbdev->sbdf), 0);
	KUNIT_EXPECT_EQ(test, pbdev->state, PB2_RECLAIMING);
	device_unlock(&pbdev->pdev->dev);
	expect_idle(test, pbdev);
}

static void all_can_be_removed(struct kunit *test)
{
	struct pb2_device *a = guest_give(test, fake_nic(test, 0x00));
	struct pb2_device *b = guest_give(test, fake_nic(test, 0x08));
	struct pb2_device *c = guest_give(test, fake_intx(test, 0x10));
	struct pb2_frontend *fe = fe_of(test);

	pb2_frontend_remove_all(fe);
	KUNIT_EXPECT_TRUE(test, list_empty(&fe->exports));
	KUNIT_EXPECT_EQ(test, a->gate.state, PB2_GATE_CLOSED);
	KUNIT_EXPECT_EQ(test, b->gate.state, PB2_GATE_CLOSED);
	KUNIT_EXPECT_EQ(test, c->gate.state, PB2_GATE_CLOSED);
	KUNIT_EXPECT_EQ(test, kref_read(&fe->ref), 1);
	expect_idle(test, a);
	expect_idle(test, b);
	expect_idle(test, c);

	fake_forget();
	pb2_frontend_remove_all(fe);
	fake_expect_calls(test, NULL);
}

static void a_driver_that_leaves_takes_its_function_along(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0x00);
	struct pb2_device *a = guest_give(test, dev);
	struct pb2_device *b = guest_give(test, fake_nic(test, 0x08));
	struct pb2_frontend *fe = fe_of(test);
	struct pb2_sbdf vsbdf = { }, sbdf = a->sbdf;

	device_lock(&dev->pdev.dev);
	pb2_pci_driver.remove(&dev->pdev);
	device_unlock(&dev->pdev.dev);
	KUNIT_EXPECT_NULL(test, pb2_frontend_find(fe, &vsbdf));
	KUNIT_EXPECT_EQ(test, fake_xen_owner(&dev->pdev), -ENODEV);
	KUNIT_EXPECT_EQ(test, pb2_frontend_remove(fe, &sbdf), -ENOENT);
	expect_owned(test, b, fe);
	KUNIT_EXPECT_EQ(test, kref_read(&fe->ref), 2);
}

static void what_a_frontend_does_not_have_it_does_not_drop(struct kunit *test)
{
	struct pb2_frontend *other = guest_new_frontend(test, 6);
	struct pb2_device *pbdev = guest_give(test, fake_nic(test, 0));

	device_lock(&pbdev->pdev->dev);
	KUNIT_EXPECT_FALSE(test, pb2_frontend_drop(other, pbdev));
	expect_owned(test, pbdev, fe_of(test));
	KUNIT_EXPECT_TRUE(test, pb2_frontend_drop(fe_of(test), pbdev));
	KUNIT_EXPECT_EQ(test, pbdev->gate.state, PB2_GATE_CLOSED);
	KUNIT_EXPECT_FALSE(test, pb2_frontend_drop(fe_of(test), pbdev));
	pb2_assign_disown(pbdev, fe_of(test));
	device_unlock(&pbdev->pdev->dev);
	expect_idle(test, pbdev);
	guest_free_frontend(test, other);
}

static void a_bridge_cannot_be_added(struct kunit *test)
{
	struct pb2_device *pbdev = guest_seize(test, fake_bridge(test, 0));

	KUNIT_EXPECT_EQ(test, add(test, pbdev), -EPERM);
	expect_idle(test, pbdev);
}

static void a_function_that_does_not_answer_cannot_be_added(struct kunit *test)
{
	struct fake_pci *dev = fake_nic(test, 0);
	struct pb2_device *pbdev = guest_seize(test, dev);

	dev->absent = true;
	KUNIT_EXPECT_EQ(test, add(test, pbdev), -EIO);
	dev->absent = false;
	expect_idle(test, pbdev);
	KUNIT_EXPECT_EQ(test, add(test, pbdev), 0);
}

/* Otherwise a frontend that is unplugged would wait for minutes. */
static void a_frontend_that_goes_does_not_wait(struct kunit *test)
{
	struct pb2_device *pbdev = guest_seize(test, fake_nic(test, 0));
	unsigned long start = jiffies;

	fe_of(test)->dying = true;
	device_lock(&pbdev->pdev->dev);
	KUNIT_EXPECT_EQ(test, add(test, pbdev), -ESHUTDOWN);
	device_unlock(&pbdev->pdev->dev);
	KUNIT_EXPECT_TRUE(test, time_before(jiffies, start + 2 * HZ));
	expect_idle(test, pbdev);
	fe_of(test)->dying = false;
	KUNIT_EXPECT_EQ(test, add(test, pbdev), 0);
}

static void each_step_of_adding_that_fails_is_undone(struct kunit *test)
{
	struct pb2_device *pbdev = guest_seize(test, fake_nic(test, 0));
	unsigned int nth, failures = 0;
	int rc;

	for (nth = 1; nth < 20; nth++) {
		fake_fail_nth(nth, -ENOMEM);
		rc = add(test, pbdev);
		if (!fake_has_failed())
			break;
		fake_fail_nth(0, 0);
		if (rc) {
			KUNIT_EXPECT_EQ(test, rc, -ENOMEM);
			failures++;
		} else {
			/* The driver does not depend on this step. */
			expect_owned(test, pbdev, fe_of(test));
			pb2_frontend_remove(fe_of(test), &pbdev->sbdf);
		}
		expect_idle(test, pbdev);
		KUNIT_EXPECT_EQ(test, kref_read(&fe_of(test)->ref), 1);
	}
	fake_fail_nth(0, 0);
	KUNIT_EXPECT_EQ(test, rc, 0);
	KUNIT_EXPECT_LT(test, nth, 20);
	/* The steps that ask for the domain, and that name it to Xen */
	KUNIT_EXPECT_EQ(test, failures, 2);
	expect_owned(test, pbdev, fe_of(test));
}

static void a_virtual_bus_has_32_slots(struct kunit *test)
{
	struct fake_pci *bridge = fake_bridge(test, PCI_DEVFN(0, 1));
	struct fake_pci *other = fake_behind(test, bridge, 0);
	struct pb2_device *pbdev = guest_seize(test, other);
	struct pb2_device *first = NULL;
	unsigned int slot;

	for (slot = 0; slot < 32; slot++) {
		struct fake_pci *dev = fake_nic(test, PCI_DEVFN(slot, 0));

		first = first ?: guest_give(test, dev);
		if (slot)
			guest_give(test, dev);
	}
	KUNIT_EXPECT_EQ(test, add(test, pbdev), -ENOSPC);
	expect_idle(test, pbdev);
	KUNIT_EXPECT_EQ(test, fake_count("unregister_owner 0000:04:00.0"), 1);

	KUNIT_EXPECT_EQ(test, pb2_frontend_remove(fe_of(test), &first->sbdf), 0);
	KUNIT_EXPECT_EQ(test, add(test, pbdev), 0);
	expect_owned(test, pbdev, fe_of(test));
}

static void the_owner_comes_with_a_reference(struct kunit *test)
{
	struct pb2_device *pbdev = guest_seize(test, fake_nic(test, 0));
	struct pb2_frontend *fe = fe_of(test);

	KUNIT_EXPECT_NULL(test, pb2_frontend_get_owner(pbdev));

	KUNIT_ASSERT_EQ(test, add(test, pbdev), 0);
	KUNIT_EXPECT_PTR_EQ(test, pb2_frontend_get_owner(pbdev), fe);
	KUNIT_EXPECT_EQ(test, kref_read(&fe->ref), 3);
	pb2_frontend_put(fe);

	KUNIT_ASSERT_EQ(test, pb2_frontend_remove(fe, &pbdev->sbdf), 0);
	KUNIT_EXPECT_NULL(test, pb2_frontend_get_owner(pbdev));
	expect_idle(test, pbdev);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(an_added_function_has_an_address_and_an_open_gate),
	KUNIT_CASE(a_function_is_found_at_its_virtual_address),
	KUNIT_CASE(a_request_waits_for_no_lock_of_its_frontend),
	KUNIT_CASE(a_function_that_is_being_freed_is_not_found),
	KUNIT_CASE(what_is_not_seized_cannot_be_added),
	KUNIT_CASE(a_function_is_added_once),
	KUNIT_CASE(one_of_two_can_be_removed),
	KUNIT_CASE(removing_returns_before_the_reset),
	KUNIT_CASE(all_can_be_removed),
	KUNIT_CASE(a_driver_that_leaves_takes_its_function_along),
	KUNIT_CASE(what_a_frontend_does_not_have_it_does_not_drop),
	KUNIT_CASE(a_bridge_cannot_be_added),
	KUNIT_CASE(a_function_that_does_not_answer_cannot_be_added),
	KUNIT_CASE(a_frontend_that_goes_does_not_wait),
	KUNIT_CASE(each_step_of_adding_that_fails_is_undone),
	KUNIT_CASE(a_virtual_bus_has_32_slots),
	KUNIT_CASE(the_owner_comes_with_a_reference),
	{}
};

static struct kunit_suite suite = {
	.name = "pciback2_frontend",
	.init = guest_init_frontend,
	.exit = guest_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
