// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Experiments

/// A specification file and the values that replace its own.
struct SpecOptions: ParsableArguments {
  @Argument(help: "The specification, a YAML file.")
  var spec: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replace a value of the specification; may be given again.", valueName: "key.path=value"))
  var overrides: [String] = []

  func document() throws -> SpecDocument {
    do {
      return try SpecDocument(contentsOf: spec, overrides: overrides)
    } catch {
      throw RunFailure(error)
    }
  }
}

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Find every mistake in a specification at once.")

  @OptionGroup var options: SpecOptions

  func run() throws {
    let mistakes: [String]
    do {
      let document = try options.document()
      mistakes = try AnySpec.read(document).value.fileMistakes(beside: document.file)
    } catch {
      throw RunFailure(error)
    }
    guard mistakes.isEmpty else { throw RunFailure.file(mistakes.joined(separator: "\n")) }
    Console.print("\(options.spec): no mistakes")
  }
}

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show the resolved experiment: every parameter, what the rule reads, what it costs.")

  @OptionGroup var options: SpecOptions

  func run() throws {
    do {
      let (spec, resolved) = try AnySpec.read(options.document())
      Console.print(spec.summary)
      Console.print(resolved.explanation)
    } catch {
      throw RunFailure(error)
    }
  }
}

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List what a specification can name.")

  @Argument(
    help: "\(Catalogue.allCases.map(\.rawValue).joined(separator: ", ")), or nothing for all.")
  var what: String?

  func run() throws {
    if let what {
      guard let catalogue = Catalogue(rawValue: what) else {
        throw RunFailure.usage(
          "there is no list of \"\(what)\"; there is \(Catalogue.allCases.map(\.rawValue).joined(separator: ", "))"
        )
      }
      Console.print(catalogue.text)
    } else {
      for catalogue in Catalogue.allCases {
        Console.print("\(catalogue.rawValue)\n\(catalogue.text)\n")
      }
    }
  }
}
