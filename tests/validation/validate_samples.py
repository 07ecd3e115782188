"""What the tests of predictions share: files of a few rows."""

from __future__ import annotations

from pathlib import Path

from explorer.validation import Found, Prediction, validate

TRAINING = (
    "id,model,chip,chips,tp,pp,seq,gbs,mbs,precision,recompute,zero,cp,ep,vpp,step_time_s,tokens_per_s_per_chip,tflops_per_chip,"
    "flops_convention,peak_mem_gb,framework,source,quality"
)
INFERENCE = "id,model,chip,isl,osl,batch_or_concurrency,tp,pp,precision,backend,mode,notes,ttft_ms,tpot_ms,output_tok_s,source,quality"
MEMORY = "id,model,chip,chips,tp,pp,seq,mbs,gbs,precision,phase,component,measured_gb,unit,fits,recompute,seq_par,zero,source,quality"
COLLECTIVES = "id,op,chip,ranks,nodes,ranks_per_node,size_bytes,time_us,algbw_gbps,source,quality"
GEMM = "id,op,chip,dtype,m,n,k,batch,groups,time_us,tflops,gbps,source,quality"
ATTENTION = "id,op,chip,batch,isl_new,kv_len,heads,kv_heads,head_dim,window,attn_dtype,kv_dtype,time_us,source,quality"


def run(folder: Path, header: str, *rows: dict[str, object]) -> Found:
    """Validate rows given as the cells that are not empty."""
    names = header.split(",")
    lines = [",".join(str(({"id": f"r{i}", "source": "S", "quality": "A"} | row).get(n, "")) for n in names) for i, row in enumerate(rows)]
    path = folder / "rows.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return validate(path)


def only(found: Found) -> Prediction:
    assert [s.reason for s in found.skipped] == []
    assert len(found.rows) == 1
    return found.rows[0]
