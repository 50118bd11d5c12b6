"""What newer versions of multiprocessing have and an older one lacks, one file each."""
