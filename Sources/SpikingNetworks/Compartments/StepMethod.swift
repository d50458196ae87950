// SPDX-License-Identifier: GPL-3.0-or-later

public import Integration

/// How a population goes from one grid time to the next.
///
/// | method | what it does | order | for |
/// | --- | --- | --- | --- |
/// | `exact` | V ← P·[V; g] + Q·I by the matrix exponential | exact | linear cells |
/// | `rungeKutta4` | RK4 on the potentials, conductances exact at its three times | 4 | any |
/// | `exponentialEuler` | every compartment exact, its neighbours and conductances held | 1 | any |
/// | `euler` | forward Euler on the potentials | 1 | any |
/// | `implicitEuler` | V ← (1 − hA)⁻¹(V + h b) | 1 | linear cells |
/// | `gsl` | one of GSL's steppers between grid times, adaptive, one driver per cell | – | any |
///
/// A cell is linear where no conductance changes: current synapses, or conductance synapses that
/// nothing reaches. Receptors decay exactly in all but `gsl`, which integrates them with the
/// potentials. With one compartment `exponentialEuler` is exact for what is held over a step, and
/// conductance noise is: it is the method for noise studies.
public enum StepMethod: Sendable, Equatable {
  case exact
  case rungeKutta4
  case exponentialEuler
  case euler
  case implicitEuler
  case gsl(ODEStepper, ODETolerance)

  /// Whether a step that is long beside a conductance that is held over it goes astray: the others
  /// shorten their steps, or take such a conductance exactly.
  public var isUnstableWhereHeld: Bool {
    switch self {
    case .rungeKutta4, .euler: true
    case .exact, .implicitEuler, .exponentialEuler, .gsl: false
    }
  }

  /// Whether the method asks for a linear cell.
  public var needsLinearCell: Bool {
    switch self {
    case .exact, .implicitEuler: true
    case .rungeKutta4, .exponentialEuler, .euler, .gsl: false
    }
  }
}

/// When spikes are looked for.
public enum SpikeConvention: String, Sendable, Codable, CaseIterable {
  /// At the end of every step; a spike bears the time of that end (NEST).
  case onGrid
  /// At the end of every step; a spike bears the time of the step's begin, and the refractory
  /// period counts from there (Brian2).
  case onGridFromBegin
  /// Inside the step, where the potential reaches the threshold.
  case located
}
