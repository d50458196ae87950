// SPDX-License-Identifier: GPL-3.0-or-later

import Integration
import RealModule
import Testing

@testable import SpikingNetworks

/// Noise in a membrane of 200 pF and 40 nS at −60 mV, beside closed forms.
@Suite struct `Noise in a membrane` {
  static let timeStep = 0.1

  static func population(
    _ process: NoiseProcess, _ form: NoiseForm, _ strength: Double, correlation: Double = 0,
    cells: Int = 2000, interpretation: WhiteNoise.Interpretation = .stratonovich
  ) throws -> Population {
    let model = try CompartmentModel(
      name: "membrane",
      compartments: [
        Compartment(
          name: "soma", capacitance: 200, leakConductance: 40, restingPotential: -60)
      ])
    return try Population(
      name: "cells", count: cells, model: model, method: .exponentialEuler,
      noise: [
        NoiseSource(
          name: "n", compartment: "soma", process: process, form: form, strength: strength,
          correlation: correlation, interpretation: interpretation)
      ])
  }

  /// The last frame of each variable after `duration` ms: one value per cell.
  static func last(
    _ population: Population, duration: Double = 100, variables: [String] = ["soma.v", "noise.n"],
    seed: UInt64 = 3
  ) throws -> [[Double]] {
    try Recording(
      population, variables: variables, timeStep: timeStep, duration: duration, seed: seed
    ).frames.map { $0.last! }
  }

  static func moments(_ x: [Double]) -> (mean: Double, variance: Double, skewness: Double) {
    let n = Double(x.count)
    let mean = x.reduce(0, +) / n
    let second = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    let third = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) * ($1 - mean) } / n
    return (mean, second * n / (n - 1), third / (second * second.squareRoot()))
  }

  /// Whether a sample variance is that of n independent normal deviates: its standard error is
  /// √(2/(n − 1)) of it; four of them either way.
  static func isVariance(_ sample: Double, _ expected: Double, _ n: Int) -> Bool {
    abs(sample / expected - 1) < 4 * (2 / Double(n - 1)).squareRoot()
  }

  @Test func `an Ornstein–Uhlenbeck conductance has its mean, variance and autocorrelation`() throws
  {
    let tau = 2.728
    let population = try Self.population(
      .ornsteinUhlenbeck(timeConstant: tau),
      .conductance(mean: 12, reversalPotential: 0), 3)
    let recording = try Recording(
      population, variables: ["noise.n"], timeStep: Self.timeStep, duration: 60, seed: 11)
    for time in [0.1, 10, 60.0] {
      let x = recording.frames[0][Int((time / 0.1).rounded()) - 1]
      let (mean, variance, _) = Self.moments(x)
      #expect(abs(mean) < 4 * 3 / Double(x.count).squareRoot())
      #expect(Self.isVariance(variance, 9, x.count))
      // The check sees a standard deviation that is 10 % off.
      #expect(!Self.isVariance(variance, 9 * 1.21, x.count))
    }
    let noise = try OrnsteinUhlenbeck(standardDeviation: 3, timeConstant: tau)
    for lag in [5, 20, 40] {
      let (a, b) = (recording.frames[0][300], recording.frames[0][300 + lag])
      let covariance = zip(a, b).reduce(0.0) { $0 + $1.0 * $1.1 } / Double(a.count)
      // The standard error of a covariance is at most σ²√(2/n).
      let error = 9 * (2 / Double(a.count)).squareRoot()
      let expected = noise.autocovariance(lag: Double(lag) * Self.timeStep)
      #expect(abs(covariance - expected) < 4 * error)
      #expect(abs(covariance - 1.3 * expected - 2 * error) > 4 * error || expected < 3)
    }
  }

  @Test(arguments: [
    NoiseProcess.frozen, .white, .ornsteinUhlenbeck(timeConstant: 3),
    .poisson(rate: 2, timeConstant: 3),
  ])
  func `push–pull noise moves the potential with the variance of linear theory`(
    process: NoiseProcess
  ) throws {
    // 2 g₀ = 20 nS: sizes are chosen far below the clip.
    let strength = process == .frozen ? 2.0 : 1
    let population = try Self.population(
      process, .pushPull(base: 10, excitatoryReversal: 0, inhibitoryReversal: -80), strength)
    let response = try #require(NoiseResponse(0, in: population, timeStep: Self.timeStep))
    #expect(!response.isFirstOrder)
    let recording = try Recording(
      population, variables: ["soma.v", "noise.n.response"], timeStep: Self.timeStep,
      duration: 120, seed: 5)
    let v = recording.frames[0].last!
    let (mean, variance, _) = Self.moments(v)
    let expected = response.variance(of: 0)
    let center = response.operatingPoint[0]
    #expect(abs(mean - center) < 4 * (expected / Double(v.count)).squareRoot())
    #expect(Self.isVariance(variance, expected, v.count))
    #expect(!Self.isVariance(variance, expected * 1.4, v.count))
    // What each cell realised is its response: exactly additive, so to rounding.
    for cell in [0, 700, 1999] {
      let deviation = v[cell] - response.operatingPoint[0]
      // The response starts at 0 when the potential starts at rest, 24 time constants before.
      #expect(abs(deviation - recording.frames[1].last![cell]) < 1e-8)
    }
  }

  /// δV = (E_E − E_I) δg / 2G, exactly, while |δg| ≤ 2 g₀; beyond, it is clipped and counted.
  @Test func `push–pull noise is exactly additive until it is clipped`() throws {
    func potentials(_ strength: Double) throws -> (v: [Double], x: [Double]) {
      let population = try Self.population(
        .frozen, .pushPull(base: 10, excitatoryReversal: 0, inhibitoryReversal: -80), strength,
        cells: 300)
      // 300 ms are 90 time constants.
      let last = try Self.last(population, duration: 300)
      return (last[0], last[1])
    }
    let (v, x) = try potentials(5)
    let rest = (40 * -60 + 10 * -80) / 60.0
    for (potential, value) in zip(v, x) where abs(value) <= 20 {
      #expect(abs(potential - rest - 80 * value / (2 * 60)) < 1e-12 * 60)
    }
    #expect(x.allSatisfy { abs($0) <= 20 })
    let (wide, y) = try potentials(15)
    // What is reported is what was realised.
    #expect(y.allSatisfy { abs($0) <= 20 })
    let beyond = y.indices.filter { abs(y[$0]) == 20 }
    #expect(!beyond.isEmpty)
    for cell in beyond {
      #expect(abs(wide[cell] - rest - (y[cell] > 0 ? 1 : -1) * 80.0 * 20 / 120) < 1e-10)
    }
  }

  /// δV = (E − V̄) δg / (G + δg).
  @Test func `single-sided noise gives the rational response`() throws {
    let population = try Self.population(
      .frozen, .conductance(mean: 20, reversalPotential: 0), 4, cells: 300)
    let last = try Self.last(population, duration: 300)
    let rest = 40 * -60 / 60.0
    var curvature = 0.0
    for (potential, x) in zip(last[0], last[1]) {
      let exact = (0 - rest) * x / (60 + x)
      #expect(abs(potential - rest - exact) < 1e-10)
      let linear = (0 - rest) * x / 60
      // The relative error of the first order is δg/G.
      if abs(x) > 0.1 { #expect(abs(linear / exact - 1 - x / 60) < 1e-9) }
      curvature = max(curvature, abs(linear - exact))
    }
    #expect(curvature > 0.3)
    let response = try #require(NoiseResponse(0, in: population, timeStep: Self.timeStep))
    #expect(response.isFirstOrder && abs(response.gains[0] - 40.0 / 60) < 1e-12)
  }

  @Test(arguments: WhiteNoise.Interpretation.allCases)
  func `white conductance noise has the mean of its integral`(
    interpretation: WhiteNoise.Interpretation
  ) throws {
    // σ_w² / 2C = 10 nS of 60: far from both the noise-free mean and the other integral.
    let density = (2 * 200 * 10.0).squareRoot()
    let population = try Self.population(
      .white, .conductance(mean: 20, reversalPotential: 0, isClipped: false), density,
      cells: 4000, interpretation: interpretation)
    let recording = try Recording(
      population, variables: ["soma.v"], timeStep: 0.02, duration: 60, seed: 9)
    let v = recording.frames[0].last!
    let (mean, variance, _) = Self.moments(v)
    func expected(_ which: WhiteNoise.Interpretation) -> Double {
      WhiteNoise.meanVoltage(
        conductanceDensity: density, reversal: 0, drive: 40 * -60, conductance: 60,
        capacitance: 200, which)!
    }
    let other: WhiteNoise.Interpretation = interpretation == .ito ? .stratonovich : .ito
    let error = (variance / Double(v.count)).squareRoot()
    // What is held over 0.02 ms moves the mean by less than a tenth of a standard error.
    #expect(abs(mean - expected(interpretation)) < 4 * error, "\(mean)")
    #expect(abs(mean - expected(other)) > 8 * error)
  }

  @Test func `a Poisson barrage has its mean, variance and skewness`() throws {
    let population = try Self.population(
      .poisson(rate: 0.5, timeConstant: 4), .current(mean: 0), 2, cells: 6000)
    let x = try Self.last(population, duration: 60)[1]
    let barrage = try PoissonBarrage(rate: 0.5, weight: 2, timeConstant: 4)
    let (mean, variance, skewness) = Self.moments(x)
    // Held values are sampled after arrivals: half a step's decay above continuous time, 1.25 %.
    let bias = 0.1 / 8
    #expect(
      abs(mean / barrage.mean - 1 - bias)
        < 4 * (barrage.variance / Double(x.count)).squareRoot() / barrage.mean)
    // The kurtosis of shot noise, 3 + 1/(ντ), widens the error of the variance.
    let spread = ((2 + 1 / 2.0) / Double(x.count)).squareRoot()
    #expect(abs(variance / barrage.variance - 1 - bias) < 4 * spread)
    #expect(abs(skewness - barrage.skewness) < 0.25)
    #expect(barrage.skewness > 0.5)
  }

  @Test func `cells are correlated as asked, and trials are not`() throws {
    func last(_ correlation: Double, seed: UInt64) throws -> [[Double]] {
      let population = try Self.population(
        .ornsteinUhlenbeck(timeConstant: 1), .current(mean: 0), 1, correlation: correlation,
        cells: 40)
      return try Recording(
        population, variables: ["noise.n"], timeStep: 1, duration: 8000, seed: seed
      ).frames[0]
    }
    for rho in [0.0, 0.3, 1] {
      let frames = try last(rho, seed: 4)
      // Every tenth step is a new draw, to e⁻¹⁰.
      var sum = 0.0
      var count = 0.0
      for index in stride(from: 0, to: frames.count, by: 10) {
        for pair in 0..<20 {
          sum += frames[index][2 * pair] * frames[index][2 * pair + 1]
          count += 1
        }
      }
      // Pairs of one step share their common part: the error is at most that of 800 steps.
      #expect(abs(sum / count - rho) < 4 * ((1 + rho * rho) / 800).squareRoot())
      if rho == 1 {
        #expect(frames.allSatisfy { frame in frame.allSatisfy { abs($0 - frame[0]) < 1e-5 } })
      }
    }
  }
}
