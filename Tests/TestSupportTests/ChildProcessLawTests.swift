// SPDX-License-Identifier: GPL-3.0-or-later

import TestSupport
import Testing

/// Programs started by tests end, and say how.
@Suite struct ChildProcessLawTests {
  @Test func `Output and exit code are the program's`() throws {
    let child = try ChildProcess(["sh", "-c", "echo one; echo two >&2; exit 5"])
    #expect(child.remainingOutput() == "one\ntwo\n")
    #expect(child.wait() == 5)
    #expect(child.wait() == 5)
    let quiet = try ChildProcess(["sh", "-c", "echo lost >&2; kill -9 $$"], keepsErrors: false)
    #expect(quiet.remainingOutput() == "")
    #expect(quiet.wait() == -9)
  }

  @Test func `A program that waits for input ends when nobody needs it any more`() throws {
    for _ in 0..<50 {
      let child = try ChildProcess(["cat"])
      #expect(child.wait() == 0)
    }
  }

  @Test func `A program that is not there is an error or the shell's code for it`() {
    do {
      let child = try ChildProcess(["apical-has-no-such-program"])
      #expect(child.wait() == 127)
    } catch {
      #expect(error is ChildProcess.CannotStart)
    }
  }
}
