// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra
public import RandomStreams

/// The scalar of a segregated-dendrite network: `Float` or `Double`.
///
/// The requirements are the kernels of Dendrites.h; their callers, in this folder, see to the
/// shapes.
public protocol DendriteScalar: NetworkScalar {
  static func _dendriteFilter(
    _ count: Int, _ filters: _DendriteFilters, _ drive: UnsafeMutablePointer<Self>,
    _ ring: UnsafeMutablePointer<Self>?, _ slow: UnsafeMutablePointer<Self>,
    _ fast: UnsafeMutablePointer<Self>, _ bias: UnsafePointer<Self>?,
    _ out: UnsafeMutablePointer<Self>)
  static func _dendriteRelax(
    _ count: Int, _ decay: UnsafePointer<Self>, _ gain: UnsafePointer<Self>,
    _ offset: UnsafePointer<Self>, _ a: Self, _ p: UnsafePointer<Self>, _ b: Self,
    _ q: UnsafePointer<Self>?, _ x: UnsafeMutablePointer<Self>)
  static func _dendriteAdditiveNoise(
    _ count: Int, _ noise: _DendriteNoise, _ raw: UnsafePointer<Self>,
    _ offset: UnsafeMutablePointer<Self>, _ trace: UnsafeMutablePointer<Self>
  ) -> Int
  static func _dendriteReversalNoise(
    _ count: Int, _ noise: _DendriteNoise, _ raw: UnsafePointer<Self>, _ x: UnsafePointer<Self>,
    _ decay: UnsafeMutablePointer<Self>, _ gain: UnsafeMutablePointer<Self>,
    _ offset: UnsafeMutablePointer<Self>, _ trace: UnsafeMutablePointer<Self>
  ) -> Int
  static func _dendriteRateNoise(
    _ count: Int, _ noise: _DendriteNoise, _ raw: UnsafePointer<Self>,
    _ rate: UnsafeMutablePointer<Self>, _ trace: UnsafeMutablePointer<Self>
  ) -> Int
  static func _dendriteSpikes(
    _ blocks: Int, _ listed: UnsafePointer<UInt32>?, _ units: Int, _ scale: Self,
    _ rate: UnsafePointer<Self>, _ key: UInt64, _ stream: UInt64, _ most: UInt32,
    _ events: UnsafeMutablePointer<UInt32>, _ counts: UnsafeMutablePointer<Self>,
    _ uniform: UnsafeMutablePointer<Self>
  ) -> Int
  static func _dendriteAddRows(
    _ events: Int, _ units: UnsafePointer<UInt32>, _ values: UnsafePointer<Self>, _ scale: Self,
    _ weights: UnsafePointer<Self>, _ width: Int, _ out: UnsafeMutablePointer<Self>)
  static func _dendriteCredit(
    _ events: Int, _ units: UnsafePointer<UInt32>, _ values: UnsafePointer<Self>, _ scale: Self,
    _ weight: SIMD4<Double>, _ trace: UnsafeMutablePointer<Self>)
  static func _dendriteOpen(
    _ units: Int, _ share: SIMD2<Double>, _ left: SIMD2<Double>,
    _ trace: UnsafeMutablePointer<Self>)
  static func _fill(
    _ key: RandomKey, _ deviate: Deviate, _ scale: Self, _ step: Int,
    _ values: UnsafeMutableBufferPointer<Self>)
}

/// `ck_dendrite_filters`, without the C type.
public struct _DendriteFilters: Sendable {
  let slowDecay: Double
  let fastDecay: Double
  let slowDrop: Double
  let fastDrop: Double
  let scale: Double
}

/// `ck_dendrite_noise`, without the C type.
public struct _DendriteNoise: Sendable {
  var sign: Double
  let low: Double
  let high: Double
  let decay: Double
  let gain: Double
  let weight: Double
  let rest: Double
  let conductance: Double
  let mean: Double
  let reversal: Double
  let timeStep: Double
  let stepping: Int32
}
