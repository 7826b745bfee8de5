"""What TensorBoard's own protocol buffers make of the events that
results/export/events_test.go writes, for results/export/testdata/events.bin.

    python scripts/golden/events.py
"""
import pathlib

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from tensorboard.summary.writer.record_writer import RecordWriter

OUT = pathlib.Path(__file__).resolve().parents[2] / "results" / "export" / "testdata" / "events.bin"


def value(step, seconds, **fields):
    return Event(wall_time=seconds, step=step, summary=Summary(value=[Summary.Value(**fields)]))


def hparams(tag, **content):
    meta = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="hparams", content=HParamsPluginData(**content).SerializeToString()))
    return value(0, 0, tag=tag, metadata=meta, tensor=TensorProto(dtype=1, tensor_shape=TensorShapeProto(), float_val=[0]))


def main():
    start = HParamsPluginData().session_start_info
    start.hparams["shuffle"].bool_value = True
    start.group_name = "그룹"
    end = HParamsPluginData().session_end_info
    end.status = 1
    text = TensorProto(dtype=7, tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)]), string_val=["| 표 |".encode()])
    OUT.parent.mkdir(exist_ok=True)
    with open(OUT, "wb") as f:
        w = RecordWriter(f)
        for e in [
            Event(wall_time=0, file_version="brain.Event:2"),
            hparams("_hparams_/session_start_info", session_start_info=start),
            hparams("_hparams_/session_end_info", session_end_info=end),
            value(300, 1.5, tag="train/loss", simple_value=0.6875),
            value(301, 2, tag="mistakes", tensor=text, metadata=SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))),
        ]:
            w.write(e.SerializeToString(deterministic=True))


main()
