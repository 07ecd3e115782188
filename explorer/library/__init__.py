"""Files: shipped presets, studies, and the scenarios made from them."""

from explorer.library.catalogue import catalogue
from explorer.library.edits import Edit, edits
from explorer.library.measured_points import Measured, read_measured
from explorer.library.model_config import ImportedModel, parse_model_config, read_model_config
from explorer.library.presets import Library, capacity_block, load_library, read_library
from explorer.library.scenarios import default_study, formats_of, make_scenario, suited_plan, suited_tp
from explorer.library.share import read_share, share_text
from explorer.library.studies import parse_study, read_study, study_text, write_study
from explorer.library.user import free_id, save_preset, user_folder, user_library
from explorer.library.whole_files import write_whole

__all__ = [
    "Edit", "ImportedModel", "Library", "Measured", "capacity_block", "catalogue", "default_study", "edits",
    "formats_of", "free_id", "load_library", "make_scenario", "parse_model_config", "parse_study", "read_library",
    "read_measured", "read_model_config", "read_share", "read_study", "save_preset", "share_text", "study_text",
    "suited_plan", "suited_tp", "user_folder", "user_library", "write_study", "write_whole",
]  # fmt: skip
