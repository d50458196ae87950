// SPDX-License-Identifier: GPL-3.0-or-later

internal import CKernels

/// An element-wise non-linearity h = φ(u).
///
/// | case | φ(u) | φ′(u) |
/// | --- | --- | --- |
/// | `identity` | u | 1 |
/// | `sigmoid` | 1 / (1 + e^−u) | h (1 − h) |
/// | `tanh` | tanh u | 1 − h² |
/// | `softplus` | log(1 + e^u) | 1 / (1 + e^−u) |
/// | `relu` | max(0, u) | 1 where u > 0, else 0 |
public enum Activation: String, Sendable, Codable, CaseIterable {
  case identity, sigmoid, tanh, softplus, relu

  var kernel: Int32 {
    switch self {
    case .identity: Int32(CK_IDENTITY)
    case .sigmoid: Int32(CK_SIGMOID)
    case .tanh: Int32(CK_TANH)
    case .softplus: Int32(CK_SOFTPLUS)
    case .relu: Int32(CK_RELU)
    }
  }
}
