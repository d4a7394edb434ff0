// SPDX-License-Identifier: Apache-2.0

/// Turns an error object into a failure.
public enum Classifier {
    public static func classify(_ error: ErrorObject) -> Failure { Failure(reason: .unknown, scope: nil, rule: "unknown") }
}
