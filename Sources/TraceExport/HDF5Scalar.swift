// SPDX-License-Identifier: GPL-3.0-or-later

internal import CHDF5

/// The types of numbers that are written, all little-endian in the file.
public enum HDF5Element: String, Sendable, CaseIterable {
  /// IEEE single precision.
  case float32
  /// IEEE double precision.
  case float64
  /// 8-bit unsigned.
  case uint8
  /// 32-bit unsigned.
  case uint32
  /// 64-bit unsigned.
  case uint64
  /// 64-bit signed.
  case int64

  /// The type in memory.
  var native: Int64 {
    switch self {
    case .float32: chdf5_native_float()
    case .float64: chdf5_native_double()
    case .uint8: chdf5_native_uint8()
    case .uint32: chdf5_native_uint32()
    case .uint64: chdf5_native_uint64()
    case .int64: chdf5_native_int64()
    }
  }

  /// The type in the file.
  var stored: Int64 {
    switch self {
    case .float32: chdf5_file_float32()
    case .float64: chdf5_file_float64()
    case .uint8: chdf5_file_uint8()
    case .uint32: chdf5_file_uint32()
    case .uint64: chdf5_file_uint64()
    case .int64: chdf5_file_int64()
    }
  }
}

/// A number that HDF5 files hold.
public protocol HDF5Scalar: BitwiseCopyable, AdditiveArithmetic, Sendable {
  /// Its type.
  static var element: HDF5Element { get }
}

extension Float: HDF5Scalar {
  /// `float32`.
  public static var element: HDF5Element { .float32 }
}
extension Double: HDF5Scalar {
  /// `float64`.
  public static var element: HDF5Element { .float64 }
}
extension UInt8: HDF5Scalar {
  /// `uint8`.
  public static var element: HDF5Element { .uint8 }
}
extension UInt32: HDF5Scalar {
  /// `uint32`.
  public static var element: HDF5Element { .uint32 }
}
extension UInt64: HDF5Scalar {
  /// `uint64`.
  public static var element: HDF5Element { .uint64 }
}
extension Int64: HDF5Scalar {
  /// `int64`.
  public static var element: HDF5Element { .int64 }
}

/// A dataset as it was read.
public struct HDF5Array<Element: HDF5Scalar>: Sendable {
  /// `[count]` or `[rows, columns]`.
  public let shape: [Int]
  /// Row after row.
  public let values: [Element]
}
