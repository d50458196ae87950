// SPDX-License-Identifier: GPL-3.0-or-later
//
// HDF5 names most of its constants by macros, which Swift does not import: they
// come through getters.
#ifndef APICAL_CHDF5_SHIM_H
#define APICAL_CHDF5_SHIM_H

#include <hdf5.h>
#include <stdio.h>

static inline hid_t chdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t chdf5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t chdf5_file_float32(void) { return H5T_IEEE_F32LE; }
static inline hid_t chdf5_file_float64(void) { return H5T_IEEE_F64LE; }
static inline hid_t chdf5_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t chdf5_native_uint32(void) { return H5T_NATIVE_UINT32; }
static inline hid_t chdf5_native_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t chdf5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t chdf5_file_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t chdf5_file_uint32(void) { return H5T_STD_U32LE; }
static inline hid_t chdf5_file_uint64(void) { return H5T_STD_U64LE; }
static inline hid_t chdf5_file_int64(void) { return H5T_STD_I64LE; }
static inline hid_t chdf5_c_string(void) { return H5T_C_S1; }
static inline hid_t chdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t chdf5_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t chdf5_link_create(void) { return H5P_LINK_CREATE; }
static inline unsigned chdf5_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned chdf5_exclusive(void) { return H5F_ACC_EXCL; }
static inline unsigned chdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned chdf5_read_write(void) { return H5F_ACC_RDWR; }
static inline herr_t chdf5_set_variable_length(hid_t type) { return H5Tset_size(type, H5T_VARIABLE); }
static const hsize_t CHDF5_UNLIMITED = H5S_UNLIMITED;
static const hid_t CHDF5_DEFAULT = H5P_DEFAULT;
static const hid_t CHDF5_ALL = H5S_ALL;

/// Errors come back as codes; the library's own printing to stderr is turned off. A
/// thread-safe HDF5 keeps one switch per thread, so every entry turns it off again.
static inline void chdf5_silence(void) { (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

/// Called before anything else: the library then does not try to save files when the program
/// ends. Every file is closed by its owner, and on a full disk the attempt loops and complains.
static inline void chdf5_leave_exit_alone(void) { (void)H5dont_atexit(); }

/// Files are opened without locks: many cluster file systems refuse them. Releases that lack
/// the property keep their default; there HDF5_USE_FILE_LOCKING=FALSE does the same.
static inline herr_t chdf5_without_locks(hid_t access) {
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
  return H5Pset_file_locking(access, 0, 1);
#else
  (void)access;
  return 0;
#endif
}

/// The oldest file format that holds what is written: one without the mark "still open for
/// writing", which would keep a file cut off by a crash from being opened.
static inline herr_t chdf5_oldest_format(hid_t access) {
  return H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V110);
}

struct chdf5_text {
  char *text;
  size_t size;
};

static inline herr_t chdf5_copy_reason(unsigned index, const H5E_error2_t *error, void *context) {
  const struct chdf5_text *out = (const struct chdf5_text *)context;
  if (index == 0 && error->desc) (void)snprintf(out->text, out->size, "%s", error->desc);
  return 0;
}

/// The innermost message of this thread's last failure; empty when there is none.
static inline void chdf5_reason(char *text, size_t size) {
  struct chdf5_text out = {text, size};
  text[0] = 0;
  (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, chdf5_copy_reason, &out);
}

#endif
