# What a release page would hold, from the last commit, in build/dist; and its tests. Each script has one duty.
#   make dist        for this machine
#   make test-dist   uses what make dist made: in an environment of its own, offline, without cargo, installed and removed
#   make dist-full   both, and everything once more in another folder, which must give the same bytes
.PHONY: dist test-dist dist-full

dist: tools
	rm -rf build/dist build/dist-work
	packaging/dist/tools.sh
	packaging/dist/source.sh
	packaging/dist/sbom.sh
	packaging/dist/sdist.sh
	packaging/dist/build.sh $(MACHINE)
	packaging/dist/binary.sh $(MACHINE)
	packaging/dist/wheel.sh $(MACHINE)
	packaging/dist/debian.sh $(MACHINE)
	packaging/dist/go.sh
	packaging/dist/sums.sh

test-dist:
	tests/dist/contents.sh
	tests/dist/source.sh
	tests/dist/wheel.sh
	tests/dist/binary.sh
	tests/dist/go.sh
	tests/dist/debian.sh

dist-full: dist test-dist
	tests/dist/reproducible.sh
