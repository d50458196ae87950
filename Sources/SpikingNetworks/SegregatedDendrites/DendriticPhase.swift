// SPDX-License-Identifier: GPL-3.0-or-later

public import RandomStreams

/// One phase of a trial: how long, what is averaged, what teaches, what perturbs, and where its
/// chance lives.
///
/// Passes that are to share their spikes (common random numbers) are given one `spikes` key and
/// start from one state; passes that are not, two keys.
public struct DendriticPhase<Scalar: DendriteScalar>: Sendable {
  /// Whether hidden neurons are perturbed.
  public enum Perturbation: Sendable, Equatable {
    /// δ = 0; the state forgets an earlier perturbation.
    case off
    /// Drawn at (key, layer, step); a process that the state already carries goes on, a frozen one
    /// is drawn anew.
    case drawn(RandomKey)
    /// The same with its sign turned: the other half of an antithetic pair.
    case mirrored(RandomKey)

    var key: RandomKey? {
      switch self {
      case .off: nil
      case .drawn(let key), .mirrored(let key): key
      }
    }

    var sign: Double { if case .mirrored = self { -1 } else { 1 } }
  }

  /// The number of steps.
  public var steps: Int
  /// The steps, counted from the phase's first, over which averages are taken.
  public var window: Range<Int>
  /// The targets y ∈ [0, 1] of the outputs, or nil for a phase without teaching: g_E = y·g_T,
  /// g_I = (1 − y)·g_T.
  public var targets: [Scalar]?
  /// What perturbs hidden neurons.
  public var perturbation: Perturbation
  /// Where spikes live: unit i of layer l (0 for the inputs) and replica r in the network's step t
  /// reads word i of step t under `spikes.child(l).child(r)`.
  public var spikes: RandomKey

  /// A phase.
  public init(
    steps: Int, window: Range<Int>, targets: [Scalar]? = nil, perturbation: Perturbation = .off,
    spikes: RandomKey
  ) {
    precondition(
      steps >= 1 && window.lowerBound >= 0 && !window.isEmpty && window.upperBound <= steps,
      "a window of steps \(window) in a phase of \(steps)")
    self.steps = steps
    self.window = window
    self.targets = targets
    self.perturbation = perturbation
    self.spikes = spikes
  }
}

/// How long a phase lasts: a base and a waiting time of inverse Gaussian (Wald) distribution of
/// mean μ and shape λ, floored to whole steps.
///
/// Guerguiev et al. (2017) draw both phases of every image so: 50 ms and a mean of 2 ms with shape
/// 1, whose standard deviation √(μ³/λ) is 2.8 ms.
public struct PhaseDuration: Sendable, Equatable {
  /// The shortest duration, in steps.
  public let base: Int
  /// μ, in steps; 0 for phases of one length.
  public let mean: Double
  /// λ, in steps.
  public let shape: Double

  /// A duration; the defaults are the paper's at 1 ms.
  public init(base: Int = 50, mean: Double = 2, shape: Double = 1) {
    precondition(
      base >= 1 && mean >= 0 && shape > 0, "a phase of \(base) + Wald(\(mean), \(shape))")
    self.base = base
    self.mean = mean
    self.shape = shape
  }

  /// The steps of a phase, by Michael, Schucany and Haas's transform of a normal and a uniform.
  public func steps(_ random: inout GSLRandom) -> Int {
    guard mean > 0 else { return base }
    let normal = random.gaussian()
    let y = normal * normal
    let root = (4 * mean * shape * y + mean * mean * y * y).squareRoot()
    let x = mean + mean / (2 * shape) * (mean * y - root)
    let wald = random.uniform() <= mean / (mean + x) ? x : mean * mean / x
    return base + Int(min(wald, 1e6))
  }
}
