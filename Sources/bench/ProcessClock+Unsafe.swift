// SPDX-License-Identifier: GPL-3.0-or-later

import Glibc

/// Processor seconds: what the wall clock hides when something else runs on the machine.
enum ProcessClock {
  /// Processor seconds that this process has used, all threads together.
  static var own: Double {
    var time = timespec()
    let status = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    precondition(status == 0, "the clock of the process cannot be read")
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Processor seconds that the children of this process used, those that have ended.
  static var children: Double {
    var usage = rusage()
    let status = unsafe getrusage(RUSAGE_CHILDREN.rawValue, &usage)
    precondition(status == 0, "the children's use of the processor cannot be read")
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) * 1e-6
  }
}

extension Duration {
  /// The duration as a number of seconds.
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
