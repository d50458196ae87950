import Foundation
import LinearAlgebra
import RandomStreams
import Substrates
import LearningRules
import RateNetworks

@main struct A {
  static func main() throws {
    LinearAlgebraRuntime.useOneThread()
    let arch = Architecture(widths: [784, 50, 20, 10])
    let key = RandomKey(seed: 1)
    let net = RateNetwork<Float>(
      arch, activations: [.sigmoid, .sigmoid], output: .identity, initialization: .gaussian,
      random: key)
    var batches: [Batch<Float>] = []
    for b in 0..<8 {
      let d = key.purpose(.test).deviates(.uniform, count: 32 * 784, step: b)
      let m = Matrix<Float>(
        rows: 32, columns: 784, elements: d.map { $0 > 1.06 ? Float($0 / 1.7321) : 0 })
      var t = Matrix<Float>(rows: 32, columns: 10)
      for i in 0..<32 { t[i, i % 10] = 1 }
      batches.append(Batch(inputs: .sparse(SparseRows(m)), targets: t))
    }
    func time<L: FeedbackLearner>(
      _ name: String, _ l: L, _ pres: Presentation, _ credit: CreditRule
    ) throws {
      let plan = LearningPlan(credit: credit, presentation: pres, descent: .sgd(rate: 4e-4))
      var t = Trainer(
        net, plan: plan, learner: l, pathway: FeedbackPathway(zeroFor: arch, topology: .layered),
        trials: 32, random: key.purpose(.perturbation))
      for i in 0..<1000 { try t.step(batches[i % 8]) }
      var best = 1e9
      for _ in 0..<10 {
        let start = Date()
        for i in 0..<2000 { try t.step(batches[i % 8]) }
        best = min(best, -start.timeIntervalSinceNow / 2000)
      }
      print(name, best * 1e6, "us", t.record.loss.reduce(0, +))
    }
    let noise = Noise(standardDeviation: 0.01)
    //try time("bp", FixedFeedback(), .quiet, .backpropagation)
    try time("np sgd", GradientFeedback(rate: 5e-4), .perturbed(by: noise), .feedback)
    //try time("np ridge", RidgeFeedback(ridge: 0.1), .perturbed(by: noise), .feedback)
  }
}
