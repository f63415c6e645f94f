from okr_data.cli import main

main(prog_name="python -m okr_data")
