# SPDX-License-Identifier: Apache-2.0
# Each target is one line: the work is in Scripts/. Arguments go through ARGS, as in: make run ARGS="--port 7200"
.PHONY: run test check bench simulate drill fuzz nightly clean

run: ; @Scripts/run $(ARGS)
test: ; @Scripts/test $(ARGS)
check: ; @Scripts/check $(ARGS)
bench: ; @Scripts/bench $(ARGS)
simulate: ; @Scripts/simulate $(ARGS)
drill: ; @Scripts/drill $(ARGS)
fuzz: ; @Scripts/fuzz $(ARGS)
nightly: ; @Scripts/nightly $(ARGS)
clean: ; @Scripts/clean $(ARGS)
