// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import LinearAlgebra
import SpikingNetworks
import Substrates

/// The recurrences of Guerguiev et al. (2017) as their code has them, in plain loops: spike counts
/// are given, everything else is recomputed.
///
/// In one step, upwards: B = W·PSP + b, A = Y·PSP of the outputs, C by forward Euler, then the
/// layer's spikes. A postsynaptic potential is the dot product of the last ten counts with
/// κ(1)…κ(10), newest first; buffers hold the last twenty values and are never cleared.
struct AuthorsRecurrences {
  struct Layer {
    /// [unit][input].
    var weights: [[Double]]
    var biases: [Double]
    /// [unit][output], empty for the output layer.
    var feedback: [[Double]]
    var basal: [Double]
    var apical: [Double]
    var soma: [Double]
  }

  let apicalConductance: Double
  var layers: [Layer]
  /// Per source, counts of the last ten steps, newest first: [source][age][unit].
  var history: [[[Double]]]
  /// The last twenty values, newest last.
  var somaBuffer: [[[Double]]]
  var apicalBuffer: [[[Double]]]
  var rateBuffer: [[[Double]]]
  var potentialBuffer: [[[Double]]]

  private static let kernel = (1...10).map { (age: Int) -> Double in
    let t = Double(age)
    return (exp(-t / 10) - exp(-t / 3)) / 7
  }

  init(layers: [Layer], inputs: Int, apicalConductance: Double) {
    self.layers = layers
    self.apicalConductance = apicalConductance
    let widths = [inputs] + layers.map(\.biases.count)
    history = widths.map {
      Array(repeating: Array(repeating: 0, count: $0), count: 10)
    }
    potentialBuffer = widths.map {
      Array(repeating: Array(repeating: 0, count: $0), count: 20)
    }
    somaBuffer = widths.dropFirst().map {
      Array(repeating: Array(repeating: 0, count: $0), count: 20)
    }
    apicalBuffer = somaBuffer
    rateBuffer = somaBuffer
  }

  func psp(_ source: Int) -> [Double] {
    let own = history[source]
    return own[0].indices.map { unit in
      (0..<10).reduce(0.0) { $0 + own[$1][unit] * Self.kernel[$1] }
    }
  }

  private mutating func hear(_ source: Int, _ counts: [Double]) {
    history[source].insert(counts, at: 0)
    history[source].removeLast()
    potentialBuffer[source].removeFirst()
    potentialBuffer[source].append(psp(source))
  }

  /// One step; `counts` of the inputs and every layer; `teaching` as (g_E, g_I) per output.
  mutating func step(counts: [[Double]], teaching: [(Double, Double)]?) {
    hear(0, counts[0])
    for m in layers.indices {
      let isOutput = m == layers.count - 1
      let below = psp(m)
      let above = psp(layers.count)
      for i in layers[m].biases.indices {
        var b = layers[m].biases[i]
        for j in below.indices { b += layers[m].weights[i][j] * below[j] }
        layers[m].basal[i] = b
        var a = 0.0
        if !isOutput { for k in above.indices { a += layers[m].feedback[i][k] * above[k] } }
        layers[m].apical[i] = a
        let c = layers[m].soma[i]
        var change = -0.1 * c + 0.6 * (b - c)
        if !isOutput && apicalConductance > 0 { change += apicalConductance * (a - c) }
        if isOutput, let teaching {
          change += teaching[i].0 * (8 - c) + teaching[i].1 * (-8 - c)
        }
        layers[m].soma[i] = c + 1.0 * change
      }
      somaBuffer[m].removeFirst()
      somaBuffer[m].append(layers[m].soma)
      apicalBuffer[m].removeFirst()
      apicalBuffer[m].append(layers[m].apical)
      rateBuffer[m].removeFirst()
      rateBuffer[m].append(rates(m))
      hear(m + 1, counts[m + 1])
    }
  }

  /// λ per step.
  func rates(_ m: Int) -> [Double] { layers[m].soma.map { 0.2 / (1 + exp(-$0)) } }

  static func mean(_ buffer: [[Double]]) -> [Double] {
    buffer[0].indices.map { unit in buffer.reduce(0.0) { $0 + $1[unit] } / Double(buffer.count) }
  }
}

extension DendriteFixture {
  /// The recurrences with a network's own weights.
  func recurrences(_ network: Network) -> AuthorsRecurrences {
    let layers = (0..<(widths.count - 1)).map { m in
      let connection = network.connections[m]
      let units = widths[m + 1]
      return AuthorsRecurrences.Layer(
        weights: (0..<units).map { i in (0..<widths[m]).map { connection.weights[$0, i] } },
        biases: connection.biases,
        feedback: m == hiddenCount
          ? []
          : (0..<units).map { i in
            (0..<network.feedback[m].rows).map { network.feedback[m][$0, i] }
          },
        basal: Array(repeating: 0, count: units), apical: Array(repeating: 0, count: units),
        soma: Array(repeating: 0, count: units))
    }
    return AuthorsRecurrences(
      layers: layers, inputs: widths[0],
      apicalConductance: network.parameters.hidden[0].apical)
  }
}
