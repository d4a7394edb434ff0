// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>

/// The bytes of Sources/Providers/Catalogue/catalogue.json, for the life of the process; their number goes into `count`.
///
/// A function, since Swift would import an array of this size as a tuple.
const unsigned char *_Nullable understudy_catalogue(ptrdiff_t *_Nonnull count);

/// As `understudy_catalogue`, of Sources/Providers/Catalogue/logins.json.
const unsigned char *_Nullable understudy_logins(ptrdiff_t *_Nonnull count);
