// SPDX-License-Identifier: GPL-3.0-or-later
//
// The two conformances of DendriteScalar: each requirement to the C routine of its precision.
// Nothing but forwarding happens here.

internal import CKernels
public import LinearAlgebra
public import RandomStreams

extension Float: DendriteScalar {
  /// ck_dendrite_filter.
  public static func _dendriteFilter(
    _ count: Int, _ filters: _DendriteFilters, _ drive: UnsafeMutablePointer<Float>,
    _ ring: UnsafeMutablePointer<Float>?, _ slow: UnsafeMutablePointer<Float>,
    _ fast: UnsafeMutablePointer<Float>, _ bias: UnsafePointer<Float>?,
    _ out: UnsafeMutablePointer<Float>
  ) {
    var filters = filters.kernel
    unsafe ck_dendrite_filter_f32(count, &filters, drive, ring, slow, fast, bias, out)
  }

  /// ck_dendrite_relax.
  public static func _dendriteRelax(
    _ count: Int, _ decay: UnsafePointer<Float>, _ gain: UnsafePointer<Float>,
    _ offset: UnsafePointer<Float>, _ a: Float, _ p: UnsafePointer<Float>, _ b: Float,
    _ q: UnsafePointer<Float>?, _ x: UnsafeMutablePointer<Float>
  ) {
    unsafe ck_dendrite_relax_f32(count, decay, gain, offset, a, p, b, q, x)
  }

  /// ck_dendrite_noise_additive.
  public static func _dendriteAdditiveNoise(
    _ count: Int, _ noise: _DendriteNoise, _ raw: UnsafePointer<Float>,
    _ offset: UnsafeMutablePointer<Float>, _ trace: UnsafeMutablePointer<Float>
  ) -> Int {
    var noise = noise.kernel
    return unsafe ck_dendrite_noise_additive_f32(count, &noise, raw, offset, trace)
  }

  /// ck_dendrite_noise_reversal.
  public static func _dendriteReversalNoise(
    _ count: Int, _ noise: _DendriteNoise, _ raw: UnsafePointer<Float>, _ x: UnsafePointer<Float>,
    _ decay: UnsafeMutablePointer<Float>, _ gain: UnsafeMutablePointer<Float>,
    _ offset: UnsafeMutablePointer<Float>, _ trace: UnsafeMutablePointer<Float>
  ) -> Int {
    var noise = noise.kernel
    return unsafe ck_dendrite_noise_reversal_f32(
      count, &noise, raw, x, decay, gain, offset, trace)
  }

  /// ck_dendrite_noise_rate.
  public static func _dendriteRateNoise(
    _ count: Int, _ noise: _DendriteNoise, _ raw: UnsafePointer<Float>,
    _ rate: UnsafeMutablePointer<Float>, _ trace: UnsafeMutablePointer<Float>
  ) -> Int {
    var noise = noise.kernel
    return unsafe ck_dendrite_noise_rate_f32(count, &noise, raw, rate, trace)
  }

  /// ck_dendrite_spikes.
  public static func _dendriteSpikes(
    _ blocks: Int, _ listed: UnsafePointer<UInt32>?, _ units: Int, _ scale: Float,
    _ rate: UnsafePointer<Float>, _ key: UInt64, _ stream: UInt64, _ most: UInt32,
    _ events: UnsafeMutablePointer<UInt32>, _ counts: UnsafeMutablePointer<Float>,
    _ uniform: UnsafeMutablePointer<Float>
  ) -> Int {
    unsafe ck_dendrite_spikes_f32(
      blocks, listed, units, scale, rate, key, stream, most, events, counts, uniform)
  }

  /// ck_dendrite_add_rows.
  public static func _dendriteAddRows(
    _ events: Int, _ units: UnsafePointer<UInt32>, _ values: UnsafePointer<Float>, _ scale: Float,
    _ weights: UnsafePointer<Float>, _ width: Int, _ out: UnsafeMutablePointer<Float>
  ) {
    unsafe ck_dendrite_add_rows_f32(events, units, values, scale, weights, width, out)
  }

  /// ck_dendrite_credit.
  public static func _dendriteCredit(
    _ events: Int, _ units: UnsafePointer<UInt32>, _ values: UnsafePointer<Float>, _ scale: Float,
    _ weight: SIMD4<Double>, _ trace: UnsafeMutablePointer<Float>
  ) {
    unsafe withUnsafeBytes(of: weight) {
      unsafe ck_dendrite_credit_f32(
        events, units, values, scale, $0.assumingMemoryBound(to: Double.self).baseAddress!, trace)
    }
  }

  /// ck_dendrite_open.
  public static func _dendriteOpen(
    _ units: Int, _ share: SIMD2<Double>, _ left: SIMD2<Double>,
    _ trace: UnsafeMutablePointer<Float>
  ) {
    unsafe ck_dendrite_open_f32(units, share[0], share[1], left[0], left[1], trace)
  }

  /// RandomKey.fill.
  public static func _fill(
    _ key: RandomKey, _ deviate: Deviate, _ scale: Float, _ step: Int,
    _ values: UnsafeMutableBufferPointer<Float>
  ) {
    unsafe key.fill(deviate, scale: scale, step: step, into: values)
  }
}

extension Double: DendriteScalar {
  /// ck_dendrite_filter.
  public static func _dendriteFilter(
    _ count: Int, _ filters: _DendriteFilters, _ drive: UnsafeMutablePointer<Double>,
    _ ring: UnsafeMutablePointer<Double>?, _ slow: UnsafeMutablePointer<Double>,
    _ fast: UnsafeMutablePointer<Double>, _ bias: UnsafePointer<Double>?,
    _ out: UnsafeMutablePointer<Double>
  ) {
    var filters = filters.kernel
    unsafe ck_dendrite_filter_f64(count, &filters, drive, ring, slow, fast, bias, out)
  }

  /// ck_dendrite_relax.
  public static func _dendriteRelax(
    _ count: Int, _ decay: UnsafePointer<Double>, _ gain: UnsafePointer<Double>,
    _ offset: UnsafePointer<Double>, _ a: Double, _ p: UnsafePointer<Double>, _ b: Double,
    _ q: UnsafePointer<Double>?, _ x: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_dendrite_relax_f64(count, decay, gain, offset, a, p, b, q, x)
  }

  /// ck_dendrite_noise_additive.
  public static func _dendriteAdditiveNoise(
    _ count: Int, _ noise: _DendriteNoise, _ raw: UnsafePointer<Double>,
    _ offset: UnsafeMutablePointer<Double>, _ trace: UnsafeMutablePointer<Double>
  ) -> Int {
    var noise = noise.kernel
    return unsafe ck_dendrite_noise_additive_f64(count, &noise, raw, offset, trace)
  }

  /// ck_dendrite_noise_reversal.
  public static func _dendriteReversalNoise(
    _ count: Int, _ noise: _DendriteNoise, _ raw: UnsafePointer<Double>, _ x: UnsafePointer<Double>,
    _ decay: UnsafeMutablePointer<Double>, _ gain: UnsafeMutablePointer<Double>,
    _ offset: UnsafeMutablePointer<Double>, _ trace: UnsafeMutablePointer<Double>
  ) -> Int {
    var noise = noise.kernel
    return unsafe ck_dendrite_noise_reversal_f64(
      count, &noise, raw, x, decay, gain, offset, trace)
  }

  /// ck_dendrite_noise_rate.
  public static func _dendriteRateNoise(
    _ count: Int, _ noise: _DendriteNoise, _ raw: UnsafePointer<Double>,
    _ rate: UnsafeMutablePointer<Double>, _ trace: UnsafeMutablePointer<Double>
  ) -> Int {
    var noise = noise.kernel
    return unsafe ck_dendrite_noise_rate_f64(count, &noise, raw, rate, trace)
  }

  /// ck_dendrite_spikes.
  public static func _dendriteSpikes(
    _ blocks: Int, _ listed: UnsafePointer<UInt32>?, _ units: Int, _ scale: Double,
    _ rate: UnsafePointer<Double>, _ key: UInt64, _ stream: UInt64, _ most: UInt32,
    _ events: UnsafeMutablePointer<UInt32>, _ counts: UnsafeMutablePointer<Double>,
    _ uniform: UnsafeMutablePointer<Double>
  ) -> Int {
    unsafe ck_dendrite_spikes_f64(
      blocks, listed, units, scale, rate, key, stream, most, events, counts, uniform)
  }

  /// ck_dendrite_add_rows.
  public static func _dendriteAddRows(
    _ events: Int, _ units: UnsafePointer<UInt32>, _ values: UnsafePointer<Double>, _ scale: Double,
    _ weights: UnsafePointer<Double>, _ width: Int, _ out: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_dendrite_add_rows_f64(events, units, values, scale, weights, width, out)
  }

  /// ck_dendrite_credit.
  public static func _dendriteCredit(
    _ events: Int, _ units: UnsafePointer<UInt32>, _ values: UnsafePointer<Double>, _ scale: Double,
    _ weight: SIMD4<Double>, _ trace: UnsafeMutablePointer<Double>
  ) {
    unsafe withUnsafeBytes(of: weight) {
      unsafe ck_dendrite_credit_f64(
        events, units, values, scale, $0.assumingMemoryBound(to: Double.self).baseAddress!, trace)
    }
  }

  /// ck_dendrite_open.
  public static func _dendriteOpen(
    _ units: Int, _ share: SIMD2<Double>, _ left: SIMD2<Double>,
    _ trace: UnsafeMutablePointer<Double>
  ) {
    unsafe ck_dendrite_open_f64(units, share[0], share[1], left[0], left[1], trace)
  }

  /// RandomKey.fill.
  public static func _fill(
    _ key: RandomKey, _ deviate: Deviate, _ scale: Double, _ step: Int,
    _ values: UnsafeMutableBufferPointer<Double>
  ) {
    unsafe key.fill(deviate, scale: scale, step: step, into: values)
  }
}

extension _DendriteFilters {
  fileprivate var kernel: ck_dendrite_filters {
    ck_dendrite_filters(
      slow_decay: slowDecay, fast_decay: fastDecay, slow_drop: slowDrop, fast_drop: fastDrop,
      scale: scale)
  }
}

extension _DendriteNoise {
  fileprivate var kernel: ck_dendrite_noise {
    ck_dendrite_noise(
      sign: sign, low: low, high: high, decay: decay, gain: gain, weight: weight, rest: rest,
      conductance: conductance, mean: mean, reversal: reversal, time_step: timeStep,
      stepping: stepping)
  }
}
