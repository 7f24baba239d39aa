// SPDX-License-Identifier: GPL-2.0
/*
 * page.c - grants of ECAM pages to domains
 *
 * Forbidding a page does not remove an existing mapping. Until the domain is
 * dead it may read the page, even if another function has this address by then.
 * So the record of holders has an entry for each grant, which outlives the
 * grant, and the module stays loaded as long as there is one.
 */
#include "handover.h"

/**
 * pb2_page_grant() - let a domain map a page
 * @address: physical address of the page
 * @domid: the domain
 * @vm_path: the domain's path under /vm, or %NULL
 *
 * Context: device_lock of the page's function held, may sleep.
 * Return: 0, -ENOMEM, or the errno of pb2_domain_permit().
 */
int pb2_page_grant(u64 address, domid_t domid, const char *vm_path)
{
	struct pb2_held page = pb2_held_page(address);
	int is_new = pb2_holder_add(&page, domid, vm_path);
	int rc;

	if (is_new < 0)
		return is_new;
	rc = pb2_domain_permit(domid, address, true);
	/*
	 * The domain may still have a page mapped that it was granted before.
	 */
	if (!rc)
		pb2_holder_set_permitted(&page, domid, vm_path, true);
	else if (is_new)
		pb2_holder_remove(&page, domid, vm_path);
	return rc;
}

/**
 * pb2_page_revoke() - forbid a domain to map a page
 * @address: physical address of the page
 * @domid: the domain
 * @vm_path: the domain's path under /vm, or %NULL
 *
 * The permissions of a domain end with it. Another domain may have the same ID
 * by now; it has another @vm_path, and its permissions are not changed.
 *
 * Context: device_lock of the page's function held, may sleep.
 * Return: 0, also if the domain is dead or was never granted the page, or the
 * errno of pb2_domain_permit().
 */
int pb2_page_revoke(u64 address, domid_t domid, const char *vm_path)
{
	struct pb2_held page = pb2_held_page(address);
	int rc;

	if (!pb2_holder_is_permitted(&page, domid, vm_path))
		return 0;
	rc = pb2_domain_permit(domid, address, false);
	if (rc == -ESRCH)
		rc = 0;
	pb2_holder_set_permitted(&page, domid, vm_path, rc);
	return rc;
}

/**
 * pb2_page_is_held() - may another domain have a page mapped?
 * @address: physical address of the page
 * @domid: the domain whose own grant does not count
 * @vm_path: the path of @domid under /vm, or %NULL
 * @holder: set to the other domain if there is one
 *
 * Context: may sleep.
 * Return: true if a living domain other than @domid was granted the page.
 */
bool pb2_page_is_held(u64 address, domid_t domid, const char *vm_path,
		      domid_t *holder)
{
	struct pb2_held page = pb2_held_page(address);

	return pb2_holder_find_other(&page, domid, vm_path, holder);
}

/**
 * pb2_page_show() - show which domain may have which page mapped
 * @buf: where to write
 * @size: size of @buf in bytes
 *
 * Context: may sleep.
 * Return: bytes written: one line for each page granted to a living domain.
 */
int pb2_page_show(char *buf, size_t size)
{
	return pb2_holder_show(PB2_HELD_PAGE, buf, size);
}
