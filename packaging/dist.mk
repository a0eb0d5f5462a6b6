# What a release page would hold, from the last commit, in build/dist; and its tests. Each script has one duty.
#   make dist        for each of MACHINES: this one, and aarch64 where what builds for it can be had
#   make test-dist   uses what make dist made: in an environment of its own, offline, without cargo, installed and removed
#   make dist-full   both, and everything once more in another folder, which must give the same bytes
.PHONY: dist test-dist dist-full

MACHINES ?= $(MACHINE) $(filter-out $(MACHINE),aarch64)

dist: tools
	$(call need,git,git)
	$(call need,xz,xz-utils)
	$(call need,dpkg-deb,dpkg)
	$(call need,strip,binutils)
	rm -rf build/dist build/dist-work
	packaging/dist/tools.sh
	packaging/dist/source.sh
	packaging/dist/sbom.sh
	packaging/dist/sdist.sh
	for machine in $(MACHINES); do \
		packaging/dist/cross.sh $$machine || continue; \
		for part in build binary wheel debian; do packaging/dist/$$part.sh $$machine || exit; done; \
	done
	packaging/dist/go.sh
	packaging/dist/sums.sh

test-dist:
	$(call need,pkg-config,pkg-config)
	tests/dist/contents.sh
	tests/dist/source.sh
	tests/dist/sdist.sh
	tests/dist/wheel.sh
	tests/dist/binary.sh
	tests/dist/go.sh
	tests/dist/debian.sh

dist-full: dist test-dist
	tests/dist/reproducible.sh
