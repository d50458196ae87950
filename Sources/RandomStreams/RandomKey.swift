// SPDX-License-Identifier: GPL-3.0-or-later

internal import CKernels

/// The address of a family of random numbers.
///
/// Noise has an address, not a turn: a deviate is a pure function of
/// (seed, purpose, pass, layer, …, step, index), computed by Philox4x32-10 (Salmon et al. 2011).
/// A key names everything but the last two. It starts from the run's seed and is narrowed,
/// outermost first:
///
/// ```swift
/// let noise = RandomKey(seed: 7).purpose(.perturbation).child(layer)
/// noise.fill(.gaussian, scale: 0.01, step: step, into: &values)   // element i has index i
/// ```
///
/// Two keys with different paths give independent streams; the same path always gives the same
/// bits, whatever else was drawn, on any number of threads, before or after a resume. A child's
/// 64-bit key is the first half of the Philox block whose counter is the child's number, under
/// the parent's key, so two of n paths collide with probability n²/2⁶⁵.
public struct RandomKey: Sendable, Hashable, Codable {
  /// What a family of random numbers is for. The raw value is part of the address: it never
  /// changes and is never reused.
  public enum Purpose: UInt32, Sendable, CaseIterable {
    case initialWeights = 1
    case initialFeedback = 2
    case shuffling = 3
    case perturbation = 4
    case syntheticData = 5
    case spikes = 6
    case test = 7
    case validationSplit = 8
    case secondPerturbation = 9
    case conductanceNoise = 10
    case poissonInput = 11
    case connectivity = 12
    case initialPotentials = 13
    case synapticWeights = 14
    case synapticDelays = 15
  }

  /// The Philox key.
  public let value: UInt64

  /// The root of all randomness of a run.
  public init(seed: UInt64) { value = seed }

  private init(value: UInt64) { self.value = value }

  /// The key of everything drawn for `purpose`.
  public func purpose(_ purpose: Purpose) -> RandomKey { child(0x4000_0000 | purpose.rawValue) }

  /// The key of part `number` (a layer, a pass, a unit, …).
  public func child(_ number: Int) -> RandomKey {
    precondition(number >= 0 && number < 0x4000_0000, "a part has a number from 0 to 2³⁰ − 1")
    return child(UInt32(number))
  }

  /// The key of the part called `name` (a population, a source of noise): children numbered by the
  /// two halves of the 60-bit FNV-1a hash of its UTF-8 text, so that adding another part changes
  /// nothing here.
  public func named(_ name: String) -> RandomKey {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return child(Int(hash >> 34)).child(Int(hash & 0x3fff_ffff))
  }

  private func child(_ number: UInt32) -> RandomKey {
    // The top word of the counter is all ones: no stream reaches it (`step` is below 2⁶³).
    RandomKey(value: ck_philox_child(value, number))
  }
}
