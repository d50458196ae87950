// SPDX-License-Identifier: GPL-3.0-or-later
//
// One layer's part of a step: every kernel call, with the rows it works on.

internal import CKernels
internal import LinearAlgebra

extension SegregatedDendriteNetwork {
  /// Basal dendrite, apical dendrite, soma and rate of one layer. The number of values that met a
  /// limit.
  mutating func advance(
    _ layer: Int, _ perturbation: DendriticPhase<Scalar>.Perturbation,
    _ state: inout DendriteLayerState<Scalar>, _ step: Int
  ) -> Int {
    let plan = plans[layer]
    if state.isPerturbed { drawNoise(layer, &state, step) }
    let (count, stride, place) = (plan.lanes, plan.stride, state.place)
    let (isPerturbed, filters) = (state.isPerturbed, filters)
    let dendriteInput = Scalar(parameters.dendriteInput)
    var met = 0
    var noise = plan.noiseStep
    noise?.sign = perturbation.sign
    unsafe state.values.elements.withUnsafeMutableBufferPointer { elements in
      let rows = elements.baseAddress!
      func row(_ row: DendriteRow) -> UnsafeMutablePointer<Scalar> {
        unsafe rows + row.rawValue * stride
      }
      unsafe workspace.layers[layer].withRows { buffers, biases in
        func buffer(_ row: LayerBuffers<Scalar>.Row) -> UnsafeMutablePointer<Scalar> {
          unsafe buffers + row.rawValue * stride
        }
        if isPerturbed, let noise {
          met = unsafe Self.perturb(plan, noise, count, row, buffer)
        }
        unsafe Self.filter(
          count, filters, row(.basalDrive), &state.basalRing, place, row(.basalSlow),
          row(.basalFast), biases, plan.basal == nil ? row(.basal) : buffer(.drive))
        if plan.basal != nil {
          unsafe Scalar._dendriteRelax(
            count, buffer(.basalDecay), buffer(.basalGain), buffer(.basalOffset),
            dendriteInput, buffer(.drive), 0, nil, row(.basal))
        }
        if plan.isHidden {
          unsafe Self.filter(
            count, filters, row(.apicalDrive), &state.apicalRing, place, row(.apicalSlow),
            row(.apicalFast), nil, plan.apical == nil ? row(.apical) : buffer(.drive))
          if plan.apical != nil {
            unsafe Scalar._dendriteRelax(
              count, buffer(.apicalDecay), buffer(.apicalGain), buffer(.apicalOffset),
              dendriteInput, buffer(.drive), 0, nil, row(.apical))
          }
        }
        let hearsApical = plan.isHidden && plan.conductances.apical > 0
        unsafe Scalar._dendriteRelax(
          count, buffer(.somaDecay), buffer(.somaGain), buffer(.somaOffset),
          Scalar(plan.conductances.basal), row(.basal), Scalar(plan.conductances.apical),
          hearsApical ? row(.apical) : nil, row(.potential))
      }
      unsafe Scalar._activate(
        Int32(CK_SIGMOID), count, row(.potential), row(.rate), nil)
      if isPerturbed, let noise, plan.noise?.form == .rate {
        met = unsafe Scalar._dendriteRateNoise(
          plan.units, noise, row(.noise), row(.rate), row(.trace))
      }
    }
    if state.basalRing.count > 0 {
      state.place = place + 1 == state.basalRing.count ? 0 : place + 1
    }
    return met
  }

  private static func filter(
    _ count: Int, _ filters: _DendriteFilters, _ drive: UnsafeMutablePointer<Scalar>,
    _ ring: inout DendriteRows<Scalar>, _ place: Int, _ slow: UnsafeMutablePointer<Scalar>,
    _ fast: UnsafeMutablePointer<Scalar>, _ bias: UnsafePointer<Scalar>?,
    _ out: UnsafeMutablePointer<Scalar>
  ) {
    if ring.count == 0 {
      unsafe Scalar._dendriteFilter(count, filters, drive, nil, slow, fast, bias, out)
    } else {
      let stride = ring.stride
      unsafe ring.elements.withUnsafeMutableBufferPointer {
        unsafe Scalar._dendriteFilter(
          count, filters, drive, $0.baseAddress! + place * stride, slow, fast, bias, out)
      }
    }
  }

  /// Sets the perturbed compartment's coefficients for this step and advances the response.
  private static func perturb(
    _ plan: LayerPlan, _ noise: _DendriteNoise, _ count: Int,
    _ row: (DendriteRow) -> UnsafeMutablePointer<Scalar>,
    _ buffer: (LayerBuffers<Scalar>.Row) -> UnsafeMutablePointer<Scalar>
  ) -> Int {
    guard let kind = plan.noise, kind.form != .rate else { return 0 }
    let atSoma = kind.compartment == .soma
    let trace = unsafe row(atSoma ? .trace : .dendriteTrace)
    typealias Row = LayerBuffers<Scalar>.Row
    let (potential, decay, gain, offset): (DendriteRow, Row, Row, Row) =
      switch kind.compartment {
      case .soma: (.potential, .somaDecay, .somaGain, .somaOffset)
      case .basal: (.basal, .basalDecay, .basalGain, .basalOffset)
      case .apical: (.apical, .apicalDecay, .apicalGain, .apicalOffset)
      }
    let met =
      if case .singleSided = kind.form {
        unsafe Scalar._dendriteReversalNoise(
          plan.units, noise, row(.noise), row(potential), buffer(decay), buffer(gain),
          buffer(offset), trace)
      } else {
        unsafe Scalar._dendriteAdditiveNoise(
          plan.units, noise, row(.noise), buffer(offset), trace)
      }
    if !atSoma {
      unsafe Scalar._axpby(
        count, Scalar(plan.soma.gain * plan.dendriteCoupling), trace, Scalar(plan.soma.decay),
        row(.trace))
    }
    return met
  }
}

extension LayerBuffers {
  fileprivate mutating func withRows(
    _ body: (UnsafeMutablePointer<Scalar>, UnsafePointer<Scalar>) -> Void
  ) {
    unsafe values.elements.withUnsafeMutableBufferPointer { rows in
      unsafe biases.withUnsafeBufferPointer { own in
        unsafe body(rows.baseAddress!, own.baseAddress!)
      }
    }
  }
}
