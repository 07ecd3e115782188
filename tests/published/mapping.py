"""Which project function each name of a vector is: arguments renamed, units brought to base units, nothing computed here.

A row of the table names a vector's function, the project's, and the arguments: ``theirs=ours`` renames, ``theirs=ours*UNIT`` says in
what unit the vector gives it, ``theirs=`` drops what the function has no use for, ``ours:2`` is what the vector takes for granted or
leaves to a default, ``theirs@WORDS`` turns a word or a flag into arguments, and ``/UNIT`` is the unit of the vector's result.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from explorer.physics import algorithms, links, memory, roofline
from explorer.physics.arrays import MAC_FLOP
from explorer.units import convert

UNITS = {"BIT": 1 / 8, "MAC": MAC_FLOP, "HOUR": 3600.0, "DAY": 86400.0, "PER_1000_DAYS": 1e-3 / 86400.0}
UNITS |= {"PICO": 1e-12, "MICRO": 1e-6, "MEGA": 1e6}


def scheme(name: str, zero: float = 0.0) -> dict[str, float]:
    """Bytes of a scheme of model state, as the project lists them."""
    weight, gradient, optimizer = memory.STATE_SCHEMES[name]
    return {"weight_bytes": weight, "gradient_bytes": gradient, "optimizer_bytes": optimizer, "zero": zero}


KEPT = {"none": (0.0, 0.0), "tp": (0.0, 0.0), "tp_sp": (1.0, 0.0), "tp_sel": (0.0, 1.0), "tp_sp_sel": (1.0, 1.0)}
KEPT |= {"full": (0.0, 2.0), "full_sp": (1.0, 2.0)}
WORDS: dict[str, dict[Any, dict[str, Any]]] = {
    "TIED": {True: {"embedding_matrices": 1.0}, False: {"embedding_matrices": 2.0}},
    "CAUSAL": {True: {"causal_fraction": 0.5}, False: {"causal_fraction": 1.0}},
    "HARDWARE": {True: {"attention_passes": 6.0}, False: {"attention_passes": 3.0}},
    "OVERLAP": {
        "max": {"overlap_fraction": 1.0},
        "sum": {"overlap_fraction": 0.0},
        "partial": {},
        "pnorm": {"function": roofline.smooth_maximum_s},
    },
    "SCHEME": {
        **{name: scheme(name) for name in memory.STATE_SCHEMES},
        "distopt_bf16_fp32grad": scheme("megatron_bf16_fp32grad", zero=1.0),
        "distopt_fp16": scheme("megatron_fp16", zero=1.0),
        "distopt_fp32": scheme("megatron_fp32", zero=1.0),
    },
    "KEPT": {mode: {"sequence_parallel": split, "recompute": again} for mode, (split, again) in KEPT.items()},
    "OPERATION": {
        "ar": {"function": links.all_reduce_bus_bytes_per_s},
        **{key: {"function": links.all_gather_bus_bytes_per_s} for key in ("ag", "rs", "a2a")},
        **{key: {"function": links.broadcast_bus_bytes_per_s} for key in ("bcast", "broadcast", "reduce")},
    },
}

BF16 = "a_bytes_per_element:2 b_bytes_per_element:2 c_bytes_per_element:2"
GEMM = f"M=m N=n K=k bi=a_bytes_per_element,b_bytes_per_element bo=c_bytes_per_element {BF16}"
KERNEL = "P=peak_flop_per_s BW=hbm_bytes_per_s ec=compute_fraction em=memory_fraction t0=launch_s"
KV = "kv=kv_heads dh=head_dim b=kv_bytes_per_element kv_bytes_per_element:2"
HEADS = "a=heads kv=kv_heads dh=head_dim"
LLAMA = f"L=layers h=hidden f=ffn {HEADS} V=vocab ffn_matrices:3"
EXPERTS = "fe=expert_ffn Es=shared_experts k=active"
MLA = f"L=layers Ld=dense_layers h=hidden f=ffn {EXPERTS} a=heads qr=query_rank kvr=kv_rank dn=plain_dim dr=rotary_dim dv=value_dim V=vocab"
GPT = "B=sequences s=context L=layers l=layers h=hidden V=vocab"
LAYER = "s=context b=sequences h=hidden t=tp tp:1"
RANKS = "n=ranks W=bytes_per_s alpha=latency_s latency_s:0"
AXES = "axes=axes W=bytes_per_s alpha=latency_s latency_s:0"
TIERS = "g=inside m=outside Wup=inside_bytes_per_s Wnic=outside_bytes_per_s"
HOCKNEY = "n_bytes=buffer_bytes p=ranks alpha=latency_s beta=s_per_byte"
PIPELINE = "p=pp m=microbatches v=chunks"
LINK = "P=peak_flop_per_s W=bytes_per_s"
FFN = "B=sequences L=context E=hidden W=bytes_per_s dt=bytes_per_element bytes_per_element:2"
SERVED = "hbm=memory_bytes util=usable_fraction w=weight_bytes other=other_bytes usable_fraction:0.9"
GOODPUT = "tau=interval_s delta=checkpoint_s M=mtbf_s R=restart_s"

TABLE = f"""
gb_to_gib                   here.gibibytes  gb=value
link_uni                    links.one_direction_bytes_per_s  bidir_total_bytes_s=both_directions_bytes_per_s
peak_flops                  roofline.array_peak_flop_per_s  clock_hz=clock_per_s fma_per_cycle_per_unit=multiply_adds_flop*MAC units=units
block_format_bytes          formats.block_format_bytes  n=elements elements:1 elem_bits=element_bytes*BIT block=block \
 scale_bits=scale_bytes*BIT tensor_scale_bits=tensor_scale_bytes*BIT
sparse24_bytes_per_dense_elem formats.sparse_2_of_4_bytes_per_element  elem_bytes=element_bytes
amdahl                      roofline.amdahl_speedup  frac=fraction speed=speedup
params_gpt                  transformer.gpt_params  l=layers L=layers h=hidden V=vocab s=context
params_llama                transformer.model_params  {LLAMA} tied@TIED embedding_matrices:2
params_mla_moe              mixture.latent_mixture_params  {MLA} E=experts active=active_only
train_flops_per_token       transformer.training_flop_per_token  {LLAMA} s=context causal@CAUSAL
train_flops_per_token_moe   mixture.mixture_training_flop_per_token  L=layers h=hidden {EXPERTS} E= {HEADS} V=vocab s=context causal@CAUSAL
train_flops_per_token_mla   mixture.latent_training_flop_per_token  {MLA} E= s=context mtp=predicted causal@CAUSAL
prefill_flops               transformer.prefill_flop_per_sequence  {LLAMA} s=context
iter_flops_narayanan        transformer.gpt_flop  {GPT} weight_passes:4 attention_passes:4
model_flops_korthikanti     transformer.gpt_flop  {GPT} weight_passes:3 attention_passes:3
hw_flops_korthikanti_sel    transformer.gpt_flop  {GPT} weight_passes:3 attention_passes:6
mfu_korthikanti             estimates.gpt_utilization  {GPT} t=step_s n=chips peak=peak_flop_per_s hw@HARDWARE weight_passes:3 attention_passes:3
mfu_from_tokens             economics.token_flop_utilization  tok_s=tokens_per_s flops_tok=flop_per_token n=chips peak=peak_flop_per_s
attn_to_matmul_ratio        attention.attention_to_matmul_ratio  T=context D=hidden
gemm_ai                     estimates.matmul_intensity  {GEMM}
gemm_time                   kernels.gemm_kernel_s  {GEMM} {KERNEL} cores:1
gemm_time_k0                estimates.tiled_gemm_s  {GEMM} {KERNEL} K0=prologue_k tile_m:128 tile_n:128 cores:132
crit_batch_simple           matmul.critical_batch  P=peak_flop_per_s BW=hbm_bytes_per_s bW=weight_bytes_per_element
gemm_crit_batch             matmul.exact_critical_batch  D=k F=n P=peak_flop_per_s BW=hbm_bytes_per_s \
 bA=a_bytes_per_element bB=b_bytes_per_element bC=c_bytes_per_element {BF16}
moe_crit_batch              matmul.critical_batch  P=peak_flop_per_s BW=hbm_bytes_per_s bW=weight_bytes_per_element E=experts k=active
attn_ai                     attention.grouped_intensity  T=query_tokens S=key_tokens G=group bytes_per_element:2
decode_attn_time            estimates.decode_attention_s  B=sequences S=context L=layers {KV} BW=hbm_bytes_per_s t=tp
flash_hbm_elems             attention.flash_elements  N=tokens d=head_dim M=sram_elements
std_attn_hbm_elems          attention.unfused_elements  N=tokens d=head_dim
io_lower_bound_elems        matmul.io_lower_bound_elements  M=m N=n K=k S=sram_elements
tiled_gemm_elems            matmul.blocked_elements  M=m N=n K=k bm=block_m bn=block_n
max_ai_from_sram            matmul.sram_intensity_limit  S_bytes=sram_bytes b=bytes_per_element bytes_per_element:2
tile_eff                    matmul.tile_fraction  M=m N=n tm=tile_m tn=tile_n
wave_eff                    matmul.wave_fraction  M=m N=n tm=tile_m tn=tile_n sms=cores
systolic_ws_util            matmul.systolic_fill_fraction  T=moving_rows R=rows C=columns load_hidden=load_hidden
systolic_edge_util          matmul.systolic_edge_fraction  K=k N=n R=rows C=columns
overlap                     roofline.overlapped_s  tc=first_s tm=second_s phi=overlap_fraction p=power mode@OVERLAP
zero_state                  memory.zero_state_bytes  psi=params d=dp stage=stage K=optimizer_bytes_per_param
state_bytes_per_param       memory.state_bytes_per_param  scheme@SCHEME d=dp dp:1
fsdp_peak_state             estimates.fsdp_state_bytes  psi=params d=dp L= layer_params=layer_params
act_layer                   activations.korthikanti_activation_bytes  {LAYER} a=heads mode@KEPT
act_first_stage             estimates.gpt_first_stage_bytes  {LAYER} a=heads mode@KEPT L=layers {PIPELINE}
act_layer_llama             activations.training_activation_bytes  s=tokens b=sequences h=hidden f=ffn {HEADS} t=tp sp=sequence_parallel \
 ffn_matrices:3 tp:1 sequence_parallel:1 recompute:0
act_layer_megatron_est      activations.estimator_activation_bytes  {LAYER} f=ffn
weights_opt_1st_stage_12lh2 estimates.gpt_stage_state_bytes  L=layers h=hidden t=tp p=pp bpp=bytes_per_param
act_embed_head              activations.embedding_activation_bytes  {LAYER} V=vocab p=pp pp:1
logits_bytes                memory.logits_bytes  b=sequences s=positions V=vocab t=tp tp:1 bytes_per_logit:4
kv_bytes_per_token          attention.kv_bytes_per_token  L=layers {KV} t=tp
mla_kv_bytes_per_token      memory.latent_cache_bytes  L=layers kvr=kv_rank dr=rotary_dim b=kv_bytes_per_element kv_bytes_per_element:2 t= tokens:1
swa_kv_bytes                memory.windowed_kv_bytes  seq=context L_full=full_layers L_win=windowed_layers window=window {KV}
kv_paged                    memory.paged_kv_bytes  seq=tokens block=page_tokens per_tok=kv_bytes_per_token
max_batch                   serving.most_sequences  {SERVED} kv_seq=kv_bytes_per_sequence
max_context                 serving.most_context_tokens  {SERVED} batch=sequences sequences:1 kv_tok=kv_bytes_per_token
inflight_1f1b               activations.in_flight_microbatches  rank=stage p=pp m=microbatches
offload_time                roofline.transfer_exposed_s  bytes_=moved_bytes W=bytes_per_s t_window=window_s
ring_ag                     collectives.ring_all_gather_s  V=buffer_bytes {RANKS} bidir=bidirectional
ring_ar                     collectives.ring_all_reduce_s  V=buffer_bytes {RANKS} bidir=bidirectional
line_ag                     algorithms.line_all_gather_s  V=buffer_bytes {RANKS}
torus_ag                    algorithms.wrapped_all_gather_s  V=buffer_bytes {AXES}
torus_ar                    algorithms.wrapped_all_reduce_s  V=buffer_bytes {AXES}
bucket_ag_seq               algorithms.bucket_all_gather_s  V=buffer_bytes {AXES} bidir=bidirectional
a2a_ring                    all_to_all.ring_all_to_all_s  B=sent_bytes {RANKS}
a2a_torus                   all_to_all.axes_all_to_all_s  B=sent_bytes {AXES}
a2a_mesh                    all_to_all.axes_all_to_all_s  B=sent_bytes {AXES} wrapped:0
a2a_switch                  all_to_all.switch_all_to_all_s  B=sent_bytes {RANKS}
a2a_two_level               all_to_all.two_level_all_to_all_s  B=sent_bytes {TIERS}
a2a_ragged                  all_to_all.ragged_all_to_all_s  V=buffer_bytes n=ranks k=chosen W=bytes_per_s
hier_ar                     algorithms.hierarchical_all_reduce_s  S=buffer_bytes {TIERS} a_up=inside_latency_s a_out=outside_latency_s pipelined=pipelined
inet_ar                     collectives.in_network_all_reduce_s  S=buffer_bytes W=bytes_per_s alpha=latency_s latency_s:0 ranks:2
tree_fabric_ag_bw           here.tree_rate  levels=levels
rabenseifner                algorithms.rabenseifner_all_reduce_s  {HOCKNEY} gamma=add_s_per_byte
recdoub_ar                  algorithms.recursive_doubling_all_reduce_s  {HOCKNEY} gamma=add_s_per_byte
bcast_binomial              algorithms.binomial_broadcast_s  {HOCKNEY}
bcast_vdg                   algorithms.scatter_gather_broadcast_s  {HOCKNEY}
p2p                         links.point_to_point_s  V=message_bytes W=bytes_per_s hops=hops alpha=latency_s latency_s:0 ports=ports
busbw                       links.all_reduce_bus_bytes_per_s  S=buffer_bytes t=time_s n=ranks op@OPERATION
nccl_ar_latency_us          here.booked_s  algo=algo proto=proto ranks=ranks nodes=nodes nodes:1 /MICRO
alphabeta_crossover         links.crossover_bytes  a1=first_latency_s bw1=first_bytes_per_s a2=second_latency_s bw2=second_bytes_per_s
alphabeta_sat               links.attained_s  V=message_bytes alpha=latency_s W=bytes_per_s e=efficiency_fraction Vs=saturation_bytes
dp_crit_tokens              parallelism.data_parallel_critical_tokens  {LINK} x=nodes k_over=experts_over_active
tp_limit                    parallelism.tensor_parallel_limit  F=ffn {LINK} axes=axes
fsdp_xopt                   parallelism.best_fsdp_ways  B=batch_tokens F=ffn N=chips Mx=fsdp_axes My=tensor_axes
mixed_min_tokens_per_chip   parallelism.mixed_critical_tokens  {LINK} F=ffn Mx=fsdp_axes My=tensor_axes
decode_tp_limit             parallelism.decode_tensor_limit  F=ffn B=sequences Whbm=hbm_bytes_per_s Wici=link_bytes_per_s
bubble_ratio                pipeline.bubble_ratio  {PIPELINE}
bubble_fraction             pipeline.bubble_fraction  {PIPELINE}
zb_h1_bubble_ratio          pipeline.zero_bubble_ratio  p=pp m=microbatches tf=forward_s tb=input_gradient_s tw=weight_gradient_s
tp_time_layer               parallelism.tensor_parallel_layer_s  {LAYER} W=bytes_per_s n_ar=all_reduces bytes_per_element:2
pp_p2p_bytes                pipeline.stage_transfer_bytes  {LAYER} bytes_per_element:2
zero_comm_bytes             pipeline.zero_traffic_bytes  psi=params d=dp stage=zero weight_bytes_per_param:2 gradient_bytes_per_param:2
exposed_dp                  roofline.exposed_past_window_s  t_comm=hidden_s t_bwd_window=window_s phi=usable_fraction
ring_attn_min_chunk         parallelism.ring_attention_critical_tokens  {LINK} a=heads kv=kv_heads b=kv_bytes_per_element frac=computed_fraction
ring_attn_exposed           parallelism.ring_attention_exposed_s  s=context cp=ranks b=sequences {HEADS} {LINK} dt=kv_bytes_per_element
ep_a2a_time                 parallelism.expert_exchange_s  tokens=rows k=destinations h=hidden W=bytes_per_s \
 bd=dispatch_bytes_per_element bc=combine_bytes_per_element
ep_tpot                     parallelism.exchange_bound_token_s  t_comm=exchange_s layers=layers
ws1d_comm                   parallelism.stationary_1d_s  {FFN}
ws2d_comm                   parallelism.stationary_2d_s  {FFN} n=chips
wg_comm                     parallelism.weight_gathered_s  {FFN} n=chips F=ffn
decode_step                 serving.decode_step_s  B=sequences kv_seq_bytes=kv_bytes_per_sequence w_bytes=weight_bytes nparam=params n=chips BW=hbm_bytes_per_s P=peak_flop_per_s
decode_floor_tp             serving.decode_floor_s  w_bytes=weight_bytes n=chips BW=hbm_bytes_per_s em=memory_fraction L=layers \
 n_ar=all_reduces a_ar=all_reduce_latency_s
prefill_time                serving.prefill_s  N=params s=tokens n=chips P=peak_flop_per_s mfu=utilization_fraction
pipeline_step               pipeline.training_step_s  t_mb=microbatch_s {PIPELINE} t_dp_exposed=data_parallel_s t_opt=optimizer_s
pd_ratio                    serving.prefill_servers_per_decode_server  prefill_s=prefill_s B=sequences step_s=step_s dec_len=generated_tokens
kv_transfer                 serving.kv_handover_s  s=context per_tok=kv_bytes_per_token W=bytes_per_s
train_days                  reliability.train_s  flops=flop n=chips P=peak_flop_per_s mfu=utilization_fraction goodput=goodput_fraction /DAY
train_days_narayanan        reliability.recomputed_train_s  T=tokens P=params n=chips X=attained_flop_per_s /DAY
mtbf_job_h                  reliability.observed_mtbf_s  days=duration_s*DAY failures=failures /HOUR
scale_mtbf                  reliability.scaled_mtbf_s  m_h=mtbf_s*HOUR n0=chips n1=scaled_chips /HOUR
mttf_nodes_h                reliability.fleet_mtbf_s  nodes=nodes fails_per_1000_node_days=failures_per_node_s*PER_1000_DAYS /HOUR
young                       reliability.young_s  delta=checkpoint_s M=mtbf_s
daly                        reliability.daly_s  delta=checkpoint_s M=mtbf_s
goodput_daly                reliability.goodput_fraction  {GOODPUT}
goodput_first_order         reliability.first_order_goodput_fraction  {GOODPUT}
energy_j                    economics.component_energy_j  flops=flop pj_flop=j_per_flop*PICO hbm=hbm_bytes pj_hbm_byte=hbm_j_per_byte*PICO \
 link=link_bytes pj_link_byte=link_j_per_byte*PICO idle_w=idle_w t=step_s
tdp_bound_flops             economics.power_limited_flop_per_s  tdp=tdp_w p_static=static_w bw_used=hbm_bytes_per_s \
 pj_byte=hbm_j_per_byte*PICO pj_flop=j_per_flop*PICO
usd_per_mtok                economics.usd_per_million_tokens  n=chips usd_h=usd_per_chip_h tok_s=tokens_per_s
train_usd                   economics.train_usd  gpu_h=chip_h usd_h=usd_per_chip_h
gpu_hours                   economics.chip_hours  flops=flop P=peak_flop_per_s mfu=utilization_fraction goodput=goodput_fraction
site_power_mw               economics.site_power_w  n=chips tdp_w=tdp_w host_w=host_w pue=pue /MEGA
"""


class Here:
    """Names that are looked up in a table of the project before its function is called."""

    @staticmethod
    def gibibytes(*, value: float) -> float:
        return convert(value, "GB", "GiB", "B")

    @staticmethod
    def tree_rate(*, levels: list[list[float]]) -> Any:
        children, rates = zip(*levels, strict=True)
        return links.tree_all_gather_bytes_per_s(children=children, child_bytes_per_s=rates)

    @staticmethod
    def booked_s(*, algo: str, proto: str, **group: float) -> Any:
        steps = dict(zip(("base_s", "near_step_s", "far_step_s"), algorithms.LIBRARY_LATENCY_S[algo, proto], strict=True))
        if algo == "tree":
            return algorithms.library_tree_latency_s(**group, **steps)
        return algorithms.library_ring_latency_s(**group, **steps, post_s=algorithms.LIBRARY_POST_S[proto])


class Row:
    """One row of the table, to be called with a vector's inputs."""

    def __init__(self, function: str, words: list[str]) -> None:
        module, name = function.split(".")
        self.function = getattr(Here if module == "here" else import_module(f"explorer.physics.{module}"), name)
        self.names = {w.split("=")[0]: w.split("=")[1].split("*") for w in words if "=" in w}
        self.fixed = {w.split(":")[0]: float(w.split(":")[1]) for w in words if ":" in w}
        self.words = {w.split("@")[0]: WORDS[w.split("@")[1]] for w in words if "@" in w}
        self.unit = next((w[1:] for w in words if w.startswith("/")), "")

    def __call__(self, **given: Any) -> float:
        arguments: dict[str, Any] = dict(self.fixed)
        for name, value in given.items():
            if name in self.words:
                arguments |= self.words[name][value]
                continue
            ours, *unit = self.names[name]
            number = float(value) if isinstance(value, (int, float)) else value
            arguments |= dict.fromkeys(ours.split(","), number * UNITS[unit[0]] if unit else number)
        arguments.pop("", None)
        function = arguments.pop("function", self.function)
        result = float(function(**arguments))
        return result / UNITS[self.unit] if self.unit else result


MAPPED = {name: Row(function, words) for name, function, *words in (line.split() for line in TABLE.strip().splitlines())}
