//! File systems whose changes may be made by other machines, of which the kernel here hears nothing.

use std::path::Path;

/// Whether the folder lies on such a file system. Where that cannot be told, it does not.
#[cfg(target_os = "linux")]
pub(super) fn is_remote(folder: &Path) -> bool {
    rustix::fs::statfs(folder).is_ok_and(|system| is_remote_type(u64::from_ne_bytes(system.f_type.to_ne_bytes())))
}

/// Elsewhere the watcher itself has to know.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_remote(_: &Path) -> bool {
    false
}

/// The magic numbers of statfs(2).
#[cfg(target_os = "linux")]
fn is_remote_type(magic: u64) -> bool {
    const NFS: u64 = 0x6969;
    const SMB: u64 = 0x517B;
    const CIFS: u64 = 0xFF53_4D42;
    const SMB2: u64 = 0xFE53_4D42;
    const NINE_P: u64 = 0x0102_1997;
    const FUSE: u64 = 0x6573_5546;
    const CEPH: u64 = 0x00C3_6400;
    const AFS: u64 = 0x5346_414F;
    // Some systems extend the sign of the 32 bits.
    matches!(magic & 0xFFFF_FFFF, NFS | SMB | CIFS | SMB2 | NINE_P | FUSE | CEPH | AFS)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn types_of_file_systems() {
        let cases = [
            (0x6969, true),
            (0xFFFF_FFFF_FF53_4D42, true),
            (0xFE53_4D42, true),
            (0x0102_1997, true),
            (0x6573_5546, true),
            // ext4, tmpfs, overlay, btrfs.
            (0xEF53, false),
            (0x0102_1994, false),
            (0x794C_7630, false),
            (0x9123_683E, false),
        ];
        for (magic, expected) in cases {
            assert_eq!(is_remote_type(magic), expected, "{magic:#x}");
        }
        assert!(!is_remote(Path::new("/no such folder")));
    }
}
