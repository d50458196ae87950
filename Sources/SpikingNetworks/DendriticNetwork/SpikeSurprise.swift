// SPDX-License-Identifier: GPL-3.0-or-later

internal import RandomStreams
internal import Substrates

/// What hidden neurons did in a phase beside what was expected of them: the perturbation that a
/// spiking network brings with it.
///
/// In a step of the window a neuron of rate φ fires with probability p = 1 − e^{−φ·dt}, where a
/// uniform deviate u of its own falls below p. With a `margin` below 1 only steps with |p − u| <
/// margin count: there the drive came close to the threshold from one side or the other, and whether
/// the neuron fired is as good as a coin of probability q = p / (lower part + upper part of that
/// interval, as far as it lies in 0…1). With T the window and Δ = 1/(φ_max·T) the share of one spike
/// in h,
///
///     ξ_h = Δ·Σ near·(fired − q),   Var ξ_h = Δ²·Σ P(near)·q(1 − q)
///
/// so that E[ΔL·ξ_h] / Var ξ_h is what one more spike does to the loss, per unit of h: with margin 1
/// (q = p) the intrinsic noise of Xie & Seung (2004) and Seung (2003), with a small one the
/// discontinuity design of Lansdell & Kording (2023). Poisson counts at margin 1 use the number of
/// spikes n itself: ξ_h = Δ·(n − Σ φ·dt), Var ξ_h = Δ²·Σ φ·dt; elsewhere more than one spike in a
/// step counts as one.
///
/// The record holds it in units of the potential, ξ = ξ_h/σ′ and Var ξ = Var ξ_h/σ′² with
/// σ′ = h̄(1 − h̄) of the same pass; its gain is σ′(V̄), the same but for the curvature of σ within the
/// window: ΔL·ξ / Var ξ is then Xie and Seung's estimate
/// ΔL·(1 − σ)·(n − Σ φ·dt) of ∂L/∂V, to which a silent neuron adds no noise. Where no step came
/// near, ξ is 0.
struct SpikeSurprise<Scalar: DendriteScalar> {
  /// ξ and Var ξ of every hidden layer.
  var values: [[Scalar]]
  var variances: [[Scalar]]
}

extension DendriticNetwork {
  /// Runs a phase and tells what its spikes were beside what was expected.
  mutating func advance(
    _ phase: DendriticPhase<Scalar>, margin: Double,
    probe: ((DendriteStepView<Scalar>) -> Void)? = nil
  ) -> SpikeSurprise<Scalar> {
    let hidden = 0..<architecture.hiddenLayerCount
    let circuit = trial.circuit
    guard circuit.signal != .rate else {
      advance(phase, probe: probe)
      return SpikeSurprise(
        values: architecture.hidden.map { Array(repeating: 0, count: $0) },
        variances: architecture.hidden.map { Array(repeating: 1, count: $0) })
    }
    let expected = circuit.maximumRate * circuit.timeStep
    let window = Double(phase.window.count)
    let share = 1 / (expected * window)
    if margin == 1, circuit.signal == .poisson {
      advance(phase, probe: probe)
      let averages = workspace.averages
      return surprise { layer, unit in
        let rate = Double(averages.layers[layer].rate[unit])
        let count = Double(averages.spikeCounts[layer + 1][unit])
        let variance = share * share * rate * expected * window / Double(circuit.replicas)
        return (share * count - rate, variance)
      }
    }
    precondition(circuit.replicas == 1, "margins of \(circuit.replicas) replicas at once")
    var tallies = hidden.map { MarginTally(units: architecture.widths[$0 + 1]) }
    let keys = hidden.map { phase.spikes.child($0 + 1).child(0) }
    advance(phase) { view in
      probe?(view)
      guard phase.window.contains(view.step) else { return }
      for layer in hidden {
        let rates = view.state.values(.rate, ofLayer: layer)
        tallies[layer].add(
          rates.map { expected * Double($0) }, keys[layer], step: view.state.step - 1,
          margin: margin)
      }
    }
    return surprise { layer, unit in
      (share * tallies[layer].sums[unit], share * share * tallies[layer].variances[unit])
    }
  }

  /// From ξ_h and Var ξ_h to the units of the potential.
  private func surprise(_ body: (Int, Int) -> (Double, Double)) -> SpikeSurprise<Scalar> {
    var result = SpikeSurprise<Scalar>(values: [], variances: [])
    for layer in 0..<architecture.hiddenLayerCount {
      let rates = workspace.averages.layers[layer].rate
      let pairs = rates.indices.map { unit -> (Scalar, Scalar) in
        let (value, variance) = body(layer, unit)
        // Rates that round to 0 or 1 leave nothing to be learned from, and must not divide by it.
        let rate = min(max(Double(rates[unit]), 1e-6), 1 - 1e-6)
        let slope = rate * (1 - rate)
        guard variance > 0 else { return (0, 1) }
        return (Scalar(value / slope), Scalar(variance / (slope * slope)))
      }
      result.values.append(pairs.map(\.0))
      result.variances.append(pairs.map(\.1))
    }
    return result
  }
}
