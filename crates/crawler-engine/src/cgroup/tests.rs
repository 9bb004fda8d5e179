use super::*;

/// Of version 2, as a process on a plain machine sees it.
const V2: &str = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
/// Of version 1, as a process in a container sees it: only its own group is mounted.
const V1_CONTAINER: &str = "\
    55 46 0:28 /docker/1f /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n\
    56 46 0:29 /docker/1f /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";
/// Both: the controllers are of version 1.
const HYBRID: &str = "\
    40 31 0:37 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n\
    33 31 0:33 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";

struct Case {
    name: &'static str,
    groups: &'static str,
    mounts: &'static str,
    files: &'static [(&'static str, &'static str)],
    millicores: Option<u64>,
    memory_bytes: Option<u64>,
}

const CASES: &[Case] = &[
    Case {
        name: "no control groups",
        groups: "",
        mounts: "22 1 254:0 / / rw - ext4 /dev/vda rw\n",
        files: &[],
        millicores: None,
        memory_bytes: None,
    },
    Case {
        name: "version 2, a service",
        groups: "0::/system.slice/crawler.service\n",
        mounts: V2,
        files: &[
            ("system.slice/crawler.service/cpu.max", "250000 100000\n"),
            ("system.slice/crawler.service/memory.max", "2147483648\n"),
            ("system.slice/crawler.service/memory.high", "max\n"),
        ],
        millicores: Some(2500),
        memory_bytes: Some(2 << 30),
    },
    Case {
        name: "version 2, an ancestor and memory.high are smaller",
        groups: "0::/a/b\n",
        mounts: V2,
        files: &[
            ("a/b/cpu.max", "400000 100000\n"),
            ("a/cpu.max", "150000 100000\n"),
            ("a/b/memory.max", "4096\n"),
            ("a/b/memory.high", "2048\n"),
            ("a/memory.max", "8192\n"),
        ],
        millicores: Some(1500),
        memory_bytes: Some(2048),
    },
    Case {
        name: "version 2, no limit",
        groups: "0::/a\n",
        mounts: V2,
        files: &[("a/cpu.max", "max 100000\n"), ("a/memory.max", "max\n")],
        millicores: None,
        memory_bytes: None,
    },
    Case {
        name: "version 2, a container with a name space of its own",
        groups: "0::/\n",
        mounts: V2,
        files: &[("cpu.max", "50000 100000\n"), ("memory.max", "536870912\n")],
        millicores: Some(500),
        memory_bytes: Some(512 << 20),
    },
    Case {
        name: "version 2, outside the name space",
        groups: "0::/../other\n",
        mounts: V2,
        files: &[("cpu.max", "100000 100000\n")],
        millicores: Some(1000),
        memory_bytes: None,
    },
    Case {
        name: "version 1, a container",
        groups: "4:memory:/docker/1f\n2:cpu,cpuacct:/docker/1f\n",
        mounts: V1_CONTAINER,
        files: &[
            ("cpu,cpuacct/cpu.cfs_quota_us", "350000\n"),
            ("cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
            ("memory/memory.limit_in_bytes", "1073741824\n"),
        ],
        millicores: Some(3500),
        memory_bytes: Some(1 << 30),
    },
    Case {
        name: "version 1, no limit",
        groups: "4:memory:/docker/1f\n2:cpu,cpuacct:/docker/1f\n",
        mounts: V1_CONTAINER,
        files: &[
            ("cpu,cpuacct/cpu.cfs_quota_us", "-1\n"),
            ("cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
            ("memory/memory.limit_in_bytes", "9223372036854771712\n"),
        ],
        millicores: None,
        memory_bytes: None,
    },
    Case {
        name: "both versions",
        groups: "4:memory:/job\n0::/\n",
        mounts: HYBRID,
        files: &[
            ("memory/job/memory.limit_in_bytes", "1000000\n"),
            ("memory/memory.limit_in_bytes", "9223372036854771712\n"),
        ],
        millicores: None,
        memory_bytes: Some(1_000_000),
    },
    Case {
        name: "nonsense",
        groups: "x\n0:\n0::\n0::/a\n",
        mounts: "x\n - \n1 2 - cgroup2\n30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
        files: &[("a/cpu.max", "1\n"), ("cpu.max", "5 0\n"), ("a/memory.max", "-4\n")],
        millicores: None,
        memory_bytes: None,
    },
];

#[test]
fn the_smallest_limit_of_the_group_and_its_ancestors_holds() {
    for case in CASES {
        let root = tempfile::tempdir().unwrap();
        let lay = |path: PathBuf, text: &str| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        lay(root.path().join("proc/self/cgroup"), case.groups);
        lay(root.path().join("proc/self/mountinfo"), case.mounts);
        for (path, text) in case.files {
            lay(root.path().join("sys/fs/cgroup").join(path), text);
        }
        let expected =
            CgroupLimits { millicores: case.millicores, memory_bytes: case.memory_bytes };
        assert_eq!(CgroupLimits::below(root.path()), expected, "{}", case.name);
    }
}

#[test]
fn cores_are_whole_and_at_least_one() {
    for (millicores, cores) in [
        (None, None),
        (Some(0), Some(1)),
        (Some(500), Some(1)),
        (Some(1999), Some(1)),
        (Some(2000), Some(2)),
        (Some(u64::MAX), Some(u16::MAX)),
    ] {
        assert_eq!(CgroupLimits { millicores, memory_bytes: None }.cores(), cores);
    }
}
