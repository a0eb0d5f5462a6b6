# What a release page would hold, from the last commit, in build/dist; and its tests. Each script has one duty.
#   make dist        for this machine
#   make test-dist   uses what make dist made: in a venv, offline, without cargo, installed and removed
#   make dist-full   for aarch64 too, and everything once more in another folder, which must give the same bytes
.PHONY: dist test-dist dist-full

# $(call of_machine,MACHINE): what is made for each.
of_machine = packaging/dist/build.sh $(1) && packaging/dist/binary.sh $(1) && packaging/dist/wheel.sh $(1) \
	&& packaging/dist/debian.sh $(1)

dist: tools
	rm -rf build/dist build/dist-work
	packaging/dist/tools.sh
	packaging/dist/source.sh
	packaging/dist/sbom.sh
	packaging/dist/sdist.sh
	$(call of_machine,$(MACHINE))
	packaging/dist/go.sh
	packaging/dist/sums.sh
