// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - the parameters, and the order of loading and unloading
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "doors.h"
#include "host/xen_iface.h"

static char *hide;
module_param(hide, charp, 0444);
MODULE_PARM_DESC(hide,
		 "Functions to seize at load: (DDDD:BB:SS.F)(BB:SS.*)(BB:*.*)...");

module_param_named(permissive, pb2_permissive, bool, 0644);
MODULE_PARM_DESC(permissive,
		 "Let guests write registers that no policy knows (default: no; potentially unsafe)");

module_param_named(quirks, pb2_quirk_list, charp, 0444);
MODULE_PARM_DESC(quirks,
		 "Registers that guests may write, for good: DDDD:BB:SS.F-REG:SIZE:MASK,... (potentially unsafe)");

static bool passthrough;
module_param(passthrough, bool, 0444);
MODULE_PARM_DESC(passthrough,
		 "Guests see the host's addresses instead of a virtual bus 0000:00 (default: no)");

static char *access = "auto";
module_param(access, charp, 0444);
MODULE_PARM_DESC(access,
		 "How configuration space is reached: cf8, ecam, or auto for ecam where possible (default)");

static char *handover = "stubdom";
module_param(handover, charp, 0444);
MODULE_PARM_DESC(handover,
		 "Who may map the ECAM page of its function: off, stubdom (default) or any");

module_param_named(handover_reassign, pb2_handover_reassign, bool, 0644);
MODULE_PARM_DESC(handover_reassign,
		 "Assign functions whose ECAM page another domain may still have mapped (default: no)");

module_param_named(poll_us, pb2_poll_us, uint, 0644);
MODULE_PARM_DESC(poll_us,
		 "Microseconds for which a frontend's next request is waited for awake, at most 1000 (default: 400; 0 for not at all)");

/* A kernel that is locked down leaves no choice of a hypercall to anybody. */
static unsigned int host_bridge_op;
module_param_hw(host_bridge_op, uint, other, 0444);
MODULE_PARM_DESC(host_bridge_op,
		 "Number of Xen's call for host bridges, where Xen does not say that it has it (default: 0 for finding it)");

static unsigned int domctl_version;
module_param(domctl_version, uint, 0444);
MODULE_PARM_DESC(domctl_version,
		 "Version of Xen's interface for its tools, where it is none that pciback2 knows (default: 0 for finding it)");

/* xen-pciback has the same driver name, because libxl knows no other. */
static int __init refuse_xen_pciback(void)
{
	if (!driver_find(PB2_PCI_DRIVER_NAME, &pci_bus_type))
		return 0;

	pr_err("xen-pciback is loaded or built into this kernel: unload it, or boot a kernel where it is a module\n");
	return -EBUSY;
}

static int __init parse_access(void)
{
	int way = pb2_access_parse(access);

	if (way < 0) {
		pr_err("parameter access: \"%s\" is not auto, cf8 or ecam\n",
		       access);
		return way;
	}
	pb2_access_default = way;
	return 0;
}

static int __init parse_handover(void)
{
	int policy = pb2_handover_parse(handover);

	if (policy < 0) {
		pr_err("parameter handover: \"%s\" is not off, stubdom or any\n",
		       handover);
		return policy;
	}
	pb2_handover_default = policy;
	return 0;
}

static int __init check_quirks(void)
{
	int rc = pb2_quirk_list_check(pb2_quirk_list);

	if (rc)
		pr_err("parameter quirks: \"%s\" is not [DDDD:]BB:SS.F-REG:SIZE:MASK with commas between\n",
		       pb2_quirk_list);
	return rc;
}

static int __init refuse_guest(void)
{
	if (pb2_xen_is_initial_domain())
		return 0;

	pr_err("works in Xen's initial domain (dom0) only\n");
	return -ENODEV;
}

static int __init pciback_load(void)
{
	int rc;

	rc = refuse_guest() ?: refuse_xen_pciback() ?:
	     parse_access() ?: parse_handover() ?: check_quirks();
	if (rc)
		return rc;

	rc = pb2_work_init();
	if (rc)
		return rc;

	rc = pb2_slots_add_list(hide);
	if (rc)
		goto err_slots;

	rc = pb2_bridge_init(host_bridge_op);
	if (rc)
		goto err_slots;

	pb2_iommu_init();
	pb2_domain_init(domctl_version);
	pb2_domain_watch_init();
	rc = pb2_sriov_init();
	if (rc)
		goto err_domain;

	rc = pci_register_driver(&pb2_pci_driver);
	if (rc)
		goto err_sriov;

	rc = pb2_xenbus_init(passthrough);
	if (rc)
		goto err_driver;

	pb2_xen_gsi_init();
	return 0;

err_driver:
	pci_unregister_driver(&pb2_pci_driver);
err_sriov:
	pb2_sriov_exit();
err_domain:
	pb2_domain_watch_exit();
	pb2_domain_exit();
	pb2_bridge_exit();
err_slots:
	pb2_slots_clear();
	pb2_work_exit();
	return rc;
}

static void __exit pciback_unload(void)
{
	pb2_xen_gsi_exit();
	/* From here on no guest can get a function. */
	pb2_xenbus_exit();
	pci_unregister_driver(&pb2_pci_driver);
	pb2_sriov_exit();
	pb2_domain_watch_exit();
	pb2_domain_exit();
	pb2_bridge_exit();
	pb2_slots_clear();
	/* Pending work finds its function released, and drops its reference. */
	pb2_work_exit();
	pb2_holder_exit();
}

module_init(pciback_load);
module_exit(pciback_unload);

MODULE_DESCRIPTION("Xen PCI backend, second generation");
MODULE_LICENSE("GPL");
MODULE_ALIAS("xen-backend:pci");
