# SPDX-License-Identifier: Apache-2.0
"""What the yardstick and the instruction count share."""
