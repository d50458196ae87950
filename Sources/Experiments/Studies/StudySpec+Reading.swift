// SPDX-License-Identifier: GPL-3.0-or-later

internal import Foundation

extension StudySpec {
  /// The schema of a study; `file` is the path of the document, beside which `spec` is looked for.
  init(reading root: SpecObject, file: String) {
    self = root.object("study") { StudySpec(readingStudy: $0, file: file) }
  }

  private init(readingStudy spec: SpecObject, file: String) {
    claim = spec.optional("claim", .text, about: "what the study is to show")
    let path = spec.optional(
      "spec", .path, about: "the experiment that is varied, a file, seen from this one")
    let inline = spec.optionalDocument(
      "base", file: file, about: "the experiment that is varied, written here")
    baseKey = inline == nil ? nil : SpecPath.root.appending("study").appending("base")
    base =
      Self.base(spec, path, inline, file)
      ?? SpecDocument(
        root: SpecNode(content: .mapping([]), place: .wholeFile), text: "", file: file)
    let seeds = spec.required(
      "seeds", .list(of: .integer(.atLeast(0)), atLeast: 1),
      about: "every combination is run with each of them")
    self.seeds = seeds.map(UInt64.init)
    settings = spec.value(
      "set", .list(of: .override), default: [], about: "applied to every run, before the axes")
    let axes = spec.objects("axes", atLeast: 1, about: "what is varied") { Axis(reading: $0) }
    self.axes = axes
    exclusions = spec.objects("exclude", about: "combinations that are left out") {
      Exclusion(reading: $0, axes)
    }
    collect = spec.required(
      "collect", .list(of: .placed, atLeast: 1),
      about: "columns of metrics.csv that go into the table, at the last row of each run")
    if spec.isSound { check(spec) }
  }

  private static func base(
    _ spec: SpecObject, _ path: String?, _ inline: SpecDocument?, _ file: String
  ) -> SpecDocument? {
    guard !spec.isSilent else { return nil }
    guard let path else {
      if inline == nil, !spec.has("spec"), !spec.has("base") {
        spec.reportMissing("spec", expected: "the path of an experiment, or one under `base`")
      }
      return inline
    }
    if inline != nil {
      spec.report("base", "expected either `spec` or `base`, found both")
      return nil
    }
    let folder = (file as NSString).deletingLastPathComponent
    let place = path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
    do {
      let document = try SpecDocument(contentsOf: place)
      for kind in ["simulation", "study"] where document.has(kind) {
        spec.report("spec", "expected an experiment, but \(place) is a \(kind)")
        return nil
      }
      return document
    } catch {
      for diagnostic in error.diagnostics { spec.report("spec", "\(diagnostic)") }
      return nil
    }
  }

  /// What the parts of a study ask of each other.
  private func check(_ spec: SpecObject) {
    if Set(seeds).count < seeds.count { spec.report("seeds", "a seed is given twice") }
    for setting in settings + axes.flatMap(\.values).flatMap(\.settings)
    where setting.text.hasPrefix("seed=") {
      spec.report(
        "the experiment's seed cannot be set here, for every run has one of `seeds`: \(setting.text)"
      )
    }
    var columns = ["seed", "status", "runs"]
    for name in axes.map(\.name) + collect.map(\.text) {
      if columns.contains(name) {
        spec.report("the table would have two columns \(name): rename the axis, or collect it once")
      }
      columns.append(name)
    }
    // Products beyond the limit must not be laid out, nor overflow.
    let total = (axes.map(\.values.count) + [seeds.count]).reduce(1) {
      min($0 * $1, Self.runLimit + 1)
    }
    if total > Self.runLimit {
      spec.report("axes", "more than \(Self.runLimit) runs: vary less at once")
      return
    }
    let choices = allChoices.filter { reason(against: $0) == nil }
    if choices.isEmpty { spec.report("exclude", "every combination is left out") }
    var names: [String: [Int]] = [:]
    for choice in choices {
      let name = labels(choice).joined(separator: "-")
      if let other = names.updateValue(choice, forKey: name) {
        spec.report(
          "axes",
          "\(title(other)) and \(title(choice)) would share the folder \(name): rename a value")
        return
      }
    }
  }
}

extension StudySpec.Axis {
  init(reading spec: SpecObject) {
    let name = spec.required("name", .text, about: "a column of the table")
    self.name = name
    if spec.isSound, !Self.isLabel(name) {
      spec.report("name", "expected \(Self.labelSentence), found \(SpecNode.quoted(name))")
    }
    let key = spec.optional(
      "key", .text, about: "the parameter that takes each of `values`, where these are a list")
    guard let key else {
      values = spec.object("values") { inner in
        inner.entries.map { entry in
          let settings = inner.value(
            entry.key, .list(of: .override), default: [], about: "what this value sets")
          if !Self.isLabel(entry.key) {
            inner.report(entry.key, "expected \(Self.labelSentence) as the name of a value")
          }
          return StudySpec.AxisValue(
            label: PlacedText(
              text: entry.key, place: entry.keyPlace, path: inner.path.appending(entry.key)),
            settings: settings)
        }
      }
      if spec.isSound, values.isEmpty {
        spec.report("values", "expected at least one value, found none")
      }
      return
    }
    let written = spec.required(
      "values", .list(of: .placed, atLeast: 1), about: "each by its name, or a list beside `key`")
    values = written.map { value in
      var setting = value
      setting.text = "\(key)=\(value.text)"
      return StudySpec.AxisValue(label: value, settings: [setting])
    }
    guard spec.isSound else { return }
    if SpecOverride.components(of: key[...]) == nil {
      spec.report("key", "expected a key path such as descent.sgd.rate, found \(key)")
    }
    var seen: Set<String> = []
    for value in written {
      if !Self.isLabel(value.text) {
        spec.report(
          "values",
          "\(SpecNode.quoted(value.text)) cannot name a folder: give the values names of \(Self.labelSentence)"
        )
      } else if !seen.insert(value.text).inserted {
        spec.report("values", "\(value.text) is given twice")
      }
    }
  }

  private static let labelSentence = "letters, digits, \".\", \"_\", \"+\" or \"-\""

  /// Whether `text` can be a part of a folder's name on any system.
  private static func isLabel(_ text: String) -> Bool {
    !text.isEmpty && text.count <= 60 && !text.hasPrefix(".")
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
          || (0x61...0x7A).contains(byte) || "._+-".utf8.contains(byte)
      }
  }
}

extension StudySpec.Exclusion {
  init(reading spec: SpecObject, _ axes: [StudySpec.Axis]) {
    when = spec.object("when") { inner in
      var when: [Int: [String]] = [:]
      for (index, axis) in axes.enumerated() {
        when[index] = inner.optional(
          axis.name, .words(among: axis.labels), about: "values of the axis \(axis.name)")
      }
      return when
    }
    because = spec.required("because", .text, about: "why these combinations are left out")
    if spec.isSound, when.isEmpty {
      spec.report("when", "expected at least one axis with its value, found none")
    }
  }
}
