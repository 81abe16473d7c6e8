"""Google Cloud Storage: the one place of the project that speaks to it.

What is wanted                                          module and function
------------------------------------------------------  ---------------------------------------------------
is this address remote; take it apart                   address: is_remote, local_folder, RemoteFolder
read logs or an artifact as a local folder              reading: local_logs, local_artifact, local_outline
name a folder's contents without reading them           reading: remote_fingerprint
write an artifact, whole or not at all, replaceable     publishing: output_folder, publish_folder
write a folder once, whole or not at all, for ever      placing: place_folder, remove_folder
a small text that several writers may want to change    pointer: read_pointer, write_pointer
the names that lie in a folder                          listing: remote_names
many files at once, when none of the above fits         listing: remote_listing; transfer: download_files,
                                                        upload_files

All of them stream, retry what passes (retrying.py), compare checksums on both sides, tell how far they are (a progress
bar on standard error), and refuse with a ContractError that names the address and the remedy. Every write names the
generation that it expects to replace, so that of two writers one is refused.
"""
