// SPDX-License-Identifier: GPL-3.0-or-later

public import LinearAlgebra
internal import RealModule

/// How well a teaching signal, or a feedback matrix, agrees with what it stands for.
///
/// Written so that a metric can report failure: angles run from 0 to 180°, are taken against the
/// true gradient and averaged over all trials.
public enum Alignment {
  /// The angle between two vectors in degrees, 0…180; nil where either is zero or not finite.
  public static func angle<Scalar: BinaryFloatingPoint>(
    _ a: some Sequence<Scalar>, _ b: some Sequence<Scalar>
  ) -> Double? {
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      ab += Double(x) * Double(y)
      aa += Double(x) * Double(x)
      bb += Double(y) * Double(y)
    }
    let cosine = ab / (aa.squareRoot() * bb.squareRoot())
    guard cosine.isFinite else { return nil }
    return Double.acos(max(-1, min(1, cosine))) * 180 / Double.pi
  }

  /// The mean over rows of the angle between corresponding rows, in degrees; rows where either is
  /// zero are left out, and nil means that all were.
  public static func meanAngle<Scalar>(_ a: Matrix<Scalar>, _ b: Matrix<Scalar>) -> Double? {
    precondition(a.rows == b.rows && a.columns == b.columns)
    var (sum, count) = (0.0, 0)
    for row in 0..<a.rows {
      let range = row * a.columns..<(row + 1) * a.columns
      if let angle = angle(a.elements[range], b.elements[range]) {
        sum += angle
        count += 1
      }
    }
    return count == 0 ? nil : sum / Double(count)
  }

  /// ‖W − B‖_F / ‖W‖_F.
  public static func relativeError<Scalar>(of b: Matrix<Scalar>, to w: Matrix<Scalar>) -> Double {
    precondition(b.rows == w.rows && b.columns == w.columns)
    var (difference, norm) = (0.0, 0.0)
    for (x, y) in zip(b.elements, w.elements) {
      difference += (Double(x) - Double(y)) * (Double(x) - Double(y))
      norm += Double(y) * Double(y)
    }
    return (difference / norm).squareRoot()
  }

  /// The fraction of entries whose signs agree; an entry where either is zero counts one half.
  public static func signCongruence<Scalar>(_ b: Matrix<Scalar>, _ w: Matrix<Scalar>) -> Double {
    precondition(b.rows == w.rows && b.columns == w.columns)
    func sign(_ x: Scalar) -> Double { x > 0 ? 1 : x < 0 ? -1 : 0 }
    let sum = zip(b.elements, w.elements).reduce(0.0) { $0 + (sign($1.0) * sign($1.1) + 1) / 2 }
    return sum / Double(b.elements.count)
  }

  /// ‖B‖_F / ‖W‖_F.
  public static func normRatio<Scalar>(_ b: Matrix<Scalar>, _ w: Matrix<Scalar>) -> Double {
    b.frobeniusNorm / w.frobeniusNorm
  }

  /// The same with a row for the constant unit under each matrix, as the paper's code keeps them.
  public static func stacked<Scalar>(_ top: Matrix<Scalar>, _ row: [Scalar]) -> Matrix<Scalar> {
    Matrix(rows: top.rows + 1, columns: top.columns, elements: top.elements + row)
  }
}
