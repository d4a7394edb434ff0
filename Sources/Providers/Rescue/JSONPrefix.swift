// SPDX-License-Identifier: Apache-2.0

enum JSONPrefixPlaceholder {}

public enum JSONPrefix {
    public static func isBeginning(_ text: [UInt8]) -> Bool { true }
}
