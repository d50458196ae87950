// SPDX-License-Identifier: GPL-3.0-or-later

internal import Experiments
internal import Testing

/// A small experiment with everything the specification reader can read.
struct SampleSpec: Equatable {
  enum Activation: String, CaseIterable, Sendable { case sigmoid, relu, tanh }
  enum Descent: Equatable {
    case sgd(rate: Double, momentum: Double)
    case adam(rate: Double, decays: [Double])
  }
  enum Feedback: Equatable {
    case backpropagation
    case perturbation(deviation: Double, warmup: Int, forgetting: Double?)
  }
  struct Probe: Equatable {
    var what: String
    var every: Int
  }

  var seed: Int
  var name: String
  var layers: [Int]
  var activation: Activation
  var feedback: Feedback
  var descent: Descent
  var steps: Int
  var shuffled: Bool
  var directory: String?
  var record: [Probe]

  /// Reads the sample experiment.
  init(_ root: SpecObject) {
    seed = root.required("seed", .integer(.atLeast(0)), about: "the seed of every random number")
    name = root.value("name", .text, default: "unnamed", about: "what the run is called")
    (layers, activation) = root.object("substrate") { substrate in
      substrate.object("rate") { rate in
        (
          rate.required(
            "layers", .list(of: .integer(.atLeast(1)), atLeast: 2), unit: "units",
            about: "units per layer, the input first"),
          rate.value("activation", .choice, default: Activation.sigmoid, about: "of hidden layers")
        )
      }
    }
    feedback = root.oneOf(
      "feedback",
      [
        ("backpropagation", { _ in .backpropagation }),
        ("perturbation", SampleSpec.perturbation),
      ],
      about: "how teaching signals come down")
    descent = root.oneOf(
      "descent", [("sgd", SampleSpec.sgd), ("adam", SampleSpec.adam)], default: "sgd",
      about: "how weights follow the gradient")
    (steps, shuffled) = root.objectOrDefaults("schedule") { schedule in
      (
        schedule.value(
          "steps", .integer(.from(1, to: 1_000_000)), default: 1000, unit: "steps",
          about: "presentations"),
        schedule.value("shuffled", .boolean, default: true, about: "draws without replacement")
      )
    }
    directory = root.optional("directory", .path, about: "where the data lies")
    record = root.objects("record", about: "variables written to file") { probe in
      Probe(
        what: probe.required("what", .text, about: "the variable"),
        every: probe.value(
          "every", .integer(.atLeast(1)), default: 1, unit: "steps", about: "how often"))
    }
    if root.isSound, record.contains(where: { $0.every > steps }) {
      root.report("record", "a probe waits for longer than the \(steps) steps of the run")
    }
  }

  private static func perturbation(_ object: SpecObject) -> Feedback {
    .perturbation(
      deviation: object.object("noise") { noise in
        noise.required(
          "standardDeviation", .real(.greaterThan(0)), about: "of the noise at the output")
      },
      warmup: object.value("warmup", .integer(.atLeast(0)), default: 0, unit: "steps", about: ""),
      forgetting: object.optional(
        "forgetting", .real(.greaterThan(0, atMost: 1)), about: "1 remembers everything"))
  }

  private static func sgd(_ object: SpecObject) -> Descent {
    .sgd(
      rate: object.value(
        "rate", .real(.greaterThan(0)), default: 4e-4, about: "step per unit of gradient"),
      momentum: object.value("momentum", .real(.from(0, below: 1)), default: 0, about: ""))
  }

  private static func adam(_ object: SpecObject) -> Descent {
    .adam(
      rate: object.required("rate", .real(.greaterThan(0)), about: "Kingma & Ba 2015, alpha"),
      decays: object.value(
        "decays", .list(of: .real(.from(0, below: 1)), atLeast: 2), default: [0.9, 0.999],
        about: "Kingma & Ba 2015, beta 1 and 2"))
  }

  /// A specification without a mistake.
  static let valid = """
    # A sample.
    seed: 20200426
    name: "two: words"
    substrate:
      rate: {layers: [784, 50, 10], activation: relu}
    feedback:
      perturbation:
        noise: {standardDeviation: 0.01}
        forgetting: 0.9999
    descent: {adam: {rate: 4.0e-4}}
    schedule:
      steps: 1e5
    record:
      - what: layer1.output
        every: 100
      - what: layer2.output

    """
}

/// The lines of the error that reading `text` gives; empty if there is none.
func complaints(_ text: String, set overrides: [String] = []) -> [String] {
  do {
    let document = try SpecDocument(text: text, file: "x.yaml", overrides: overrides)
    _ = try document.read(SampleSpec.init)
    return []
  } catch {
    return error.diagnostics.map(\.description)
  }
}

/// A valid specification with one passage replaced, and the one line that must be said about it.
struct SpoiltSpec: Sendable, CustomTestStringConvertible {
  let old: String
  let new: String
  let line: String

  /// `old`, found once in the valid text, becomes `new`.
  init(_ old: String, _ new: String, _ line: String) {
    self.old = old
    self.new = new
    self.line = line
  }

  /// The text with the passage replaced.
  var text: String {
    let parts = SampleSpec.valid.split(separator: old, omittingEmptySubsequences: false)
    precondition(parts.count == 2, "\(old) must be found exactly once")
    return parts.joined(separator: new)
  }

  var testDescription: String { line }
}
