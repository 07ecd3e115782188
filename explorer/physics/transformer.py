"""Parameters, operations and streaming traffic of a dense decoder (grouped queries, gated or plain FFN, RMS norm)."""

from __future__ import annotations

from explorer.physics.arrays import MAC_FLOP, ROWS_PER_TOKEN, Array, Value, _array


def attention_params(*, hidden: Value, heads: Value, kv_heads: Value, head_dim: Value) -> Array:
    """Weights of the attention projections of one layer.

    Parameters
    ----------
    hidden : [1] model width
    heads, kv_heads : [1] query heads and key-value heads
    head_dim : [1] elements of a head

    Returns
    -------
    [1] parameters, broadcast shape

    Equation: ``h (a + 2 kv) d_h + a d_h h``
    Reference: Grattafiori et al. 2024, Llama 3 (arXiv:2407.21783)
    Leaves out: biases, query and key norms
    """
    return _array(1.0 * hidden * (heads + 2.0 * kv_heads) * head_dim + 1.0 * heads * head_dim * hidden)


def ffn_params(*, hidden: Value, ffn: Value, ffn_matrices: Value) -> Array:
    """Weights of the feed-forward block of one layer.

    Parameters
    ----------
    hidden, ffn : [1] model width and inner width
    ffn_matrices : [1] 3 gated, 2 plain

    Returns
    -------
    [1] parameters, broadcast shape

    Equation: ``matrices h f``
    Reference: Shazeer 2020 (arXiv:2002.05202)
    Leaves out: biases
    """
    return _array(1.0 * ffn_matrices * hidden * ffn)


def norm_params(*, hidden: Value) -> Array:
    """Scales of the two norms of one layer.

    Parameters
    ----------
    hidden : [1] model width

    Returns
    -------
    [1] parameters, broadcast shape

    Equation: ``2 h``
    Reference: Zhang, Sennrich 2019, RMSNorm (arXiv:1910.07467)
    Leaves out: biases of a layer norm
    """
    return _array(2.0 * hidden)


def embedding_params(*, vocab: Value, hidden: Value) -> Array:
    """One embedding or output matrix.

    Parameters
    ----------
    vocab : [1] vocabulary size
    hidden : [1] model width

    Returns
    -------
    [1] parameters, broadcast shape

    Equation: ``V h``
    Reference: Vaswani et al. 2017 (arXiv:1706.03762)
    Leaves out: padding of the vocabulary
    """
    return _array(1.0 * vocab * hidden)


def model_params(
    *,
    layers: Value,
    hidden: Value,
    heads: Value,
    kv_heads: Value,
    head_dim: Value,
    ffn: Value,
    ffn_matrices: Value,
    vocab: Value,
    embedding_matrices: Value,
) -> Array:
    """Parameters of the whole model.

    Parameters
    ----------
    layers, hidden, heads, kv_heads, head_dim, ffn, vocab : [1] the model's shape
    ffn_matrices : [1] 3 gated, 2 plain
    embedding_matrices : [1] 1 tied, 2 untied

    Returns
    -------
    [1] parameters, broadcast shape

    Equation: ``L (attention + ffn + 2 h) + h + matrices V h``
    Reference: Grattafiori et al. 2024, Llama 3 (arXiv:2407.21783); reproduces its 8B and 70B counts exactly
    Leaves out: biases, learned positions
    """
    layer = (
        attention_params(hidden=hidden, heads=heads, kv_heads=kv_heads, head_dim=head_dim)
        + ffn_params(hidden=hidden, ffn=ffn, ffn_matrices=ffn_matrices)
        + norm_params(hidden=hidden)
    )
    return _array(layers * layer + hidden + embedding_matrices * embedding_params(vocab=vocab, hidden=hidden))


def gpt_params(*, layers: Value, hidden: Value, vocab: Value, context: Value) -> Array:
    """Parameters of a GPT-2 or GPT-3 shaped model (biases, tied embedding, learned positions, FFN of 4 h).

    Parameters
    ----------
    layers, hidden, vocab : [1] the model's shape
    context : [1] learned positions

    Returns
    -------
    [1] parameters, broadcast shape

    Equation: ``12 L h^2 (1 + 13 / (12 h) + (V + s) / (12 L h))``
    Reference: Narayanan et al. 2021, equation 2 (arXiv:2104.04473)
    Leaves out: padding of the vocabulary
    """
    layer = 12.0 * layers * hidden * hidden
    return _array(layer * (1.0 + 13.0 / (12.0 * hidden) + (vocab + context) / (12.0 * layers * hidden)))


def _layer_params(
    hidden: Value, heads: Value, kv_heads: Value, head_dim: Value, ffn: Value, ffn_matrices: Value
) -> Array:
    """The weights of one layer that take part in matmuls."""
    return attention_params(hidden=hidden, heads=heads, kv_heads=kv_heads, head_dim=head_dim) + ffn_params(
        hidden=hidden, ffn=ffn, ffn_matrices=ffn_matrices
    )


def training_flop_per_token(
    *,
    layers: Value,
    hidden: Value,
    heads: Value,
    kv_heads: Value,
    head_dim: Value,
    ffn: Value,
    ffn_matrices: Value,
    vocab: Value,
    context: Value,
    causal_fraction: Value = 0.5,
) -> Array:
    """Model operations of forward and backward for one token.

    Parameters
    ----------
    layers, hidden, heads, kv_heads, head_dim, ffn, vocab : [1] the model's shape
    ffn_matrices : [1] 3 gated, 2 plain
    context : [token] sequence length
    causal_fraction : [1] counted part of the score matrix: 0.5 causal, 1 full

    Returns
    -------
    [FLOP/token] broadcast shape

    Equation: ``6 (L (attention + ffn) + h V) + 12 L a d_h s causal``
    Reference: Megatron-LM, num_floating_point_operations (github.com/NVIDIA/Megatron-LM), causal count
    Leaves out: recomputation, softmax, norms, rotary
    """
    weights = layers * _layer_params(hidden, heads, kv_heads, head_dim, ffn, ffn_matrices) + 1.0 * hidden * vocab
    scores = 2.0 * ROWS_PER_TOKEN * layers * heads * head_dim * context * causal_fraction
    return _array(3.0 * MAC_FLOP * ROWS_PER_TOKEN * (weights + scores))


def prefill_flop_per_sequence(
    *,
    layers: Value,
    hidden: Value,
    heads: Value,
    kv_heads: Value,
    head_dim: Value,
    ffn: Value,
    ffn_matrices: Value,
    vocab: Value,
    context: Value,
) -> Array:
    """Operations of one prompt's forward pass, the output head for its last position only.

    Parameters
    ----------
    layers, hidden, heads, kv_heads, head_dim, ffn, vocab : [1] the model's shape
    ffn_matrices : [1] 3 gated, 2 plain
    context : [token] prompt length

    Returns
    -------
    [FLOP] broadcast shape

    Equation: ``2 s L (attention + ffn) + 2 L a d_h s^2 + 2 h V``
    Reference: Pope et al. 2022 (arXiv:2211.05102), causal half of the scores
    Leaves out: log-probabilities of the prompt, softmax, norms
    """
    rows = ROWS_PER_TOKEN * context
    weights = rows * layers * _layer_params(hidden, heads, kv_heads, head_dim, ffn, ffn_matrices)
    return _array(MAC_FLOP * (weights + layers * heads * head_dim * rows * rows + 1.0 * hidden * vocab))


def decode_flop_per_token(
    *,
    layers: Value,
    hidden: Value,
    heads: Value,
    kv_heads: Value,
    head_dim: Value,
    ffn: Value,
    ffn_matrices: Value,
    vocab: Value,
    context: Value,
) -> Array:
    """Operations of one generated token.

    Parameters
    ----------
    layers, hidden, heads, kv_heads, head_dim, ffn, vocab : [1] the model's shape
    ffn_matrices : [1] 3 gated, 2 plain
    context : [token] cached tokens

    Returns
    -------
    [FLOP/token] broadcast shape

    Equation: ``2 (L (attention + ffn) + h V) + 4 L a d_h s``
    Reference: Pope et al. 2022 (arXiv:2211.05102)
    Leaves out: softmax, norms, sampling
    """
    weights = layers * _layer_params(hidden, heads, kv_heads, head_dim, ffn, ffn_matrices) + 1.0 * hidden * vocab
    scores = 2.0 * ROWS_PER_TOKEN * layers * heads * head_dim * context
    return _array(MAC_FLOP * ROWS_PER_TOKEN * (weights + scores))


def forward_flop_per_token(*, weights: Value, key_tokens: Value, attended: Value, causal_fraction: Value) -> Array:
    """Forward operations of one token, given what it passes.

    Parameters
    ----------
    weights : [1] weights that the token passes
    key_tokens : [token] keys of a query, all layers together
    attended : [1] query heads times the mean length of a score's and a value's vector
    causal_fraction : [1] part of the keys that a mean query sees

    Returns
    -------
    [FLOP/token] broadcast shape

    Equation: ``2 w + 4 a d_h s causal``
    Reference: Kaplan et al. 2020 (arXiv:2001.08361)
    Leaves out: softmax, norms, rotary
    """
    scores = 2.0 * ROWS_PER_TOKEN * key_tokens * attended * causal_fraction
    return _array(MAC_FLOP * ROWS_PER_TOKEN * (weights + scores))


def gpt_flop(
    *,
    sequences: Value,
    context: Value,
    layers: Value,
    hidden: Value,
    vocab: Value,
    weight_passes: Value = 3.0,
    attention_passes: Value = 3.0,
    head_passes: Value = 3.0,
) -> Array:
    """Operations of one training iteration of a GPT shaped model, full score matrix, by how often each part runs.

    Parameters
    ----------
    sequences : [1] global batch
    context : [token] sequence length
    layers, hidden, vocab : [1] the model's shape
    weight_passes, attention_passes, head_passes : [1] forward passes' worth: 3 forward and backward, 4 recomputed as well

    Returns
    -------
    [FLOP] broadcast shape

    Equation: ``2 B s (12 L h^2 w + 2 L h s a + h V o)``
    Reference: Narayanan et al. 2021, equation 3 (arXiv:2104.04473); Korthikanti et al. 2022 (arXiv:2205.05198)
    Leaves out: causal halving, softmax, norms
    """
    rows = ROWS_PER_TOKEN * context
    weights = 12.0 * layers * hidden * hidden * weight_passes
    scores = 2.0 * layers * hidden * rows * attention_passes
    return _array(MAC_FLOP * sequences * rows * (weights + scores + 1.0 * hidden * vocab * head_passes))


def rms_norm_bytes(*, elements: Value, bytes_per_element: Value) -> Array:
    """Traffic of a norm: one read, one write.

    Parameters
    ----------
    elements : [1] elements normalised
    bytes_per_element : [B] size of an element

    Returns
    -------
    [B] broadcast shape

    Equation: ``2 b e``
    Reference: Zhang, Sennrich 2019, RMSNorm (arXiv:1910.07467); traffic of a fused kernel
    Leaves out: the scale vector, fusion with a neighbour
    """
    return _array(2.0 * bytes_per_element * elements)


def residual_bytes(*, elements: Value, bytes_per_element: Value) -> Array:
    """Traffic of a residual addition: two reads, one write.

    Parameters
    ----------
    elements : [1] elements added
    bytes_per_element : [B] size of an element

    Returns
    -------
    [B] broadcast shape

    Equation: ``3 b e``
    Reference: Ivanov et al. 2021, Data Movement Is All You Need (arXiv:2007.00072)
    Leaves out: fusion with the norm that follows
    """
    return _array(3.0 * bytes_per_element * elements)


def rotary_bytes(*, elements: Value, bytes_per_element: Value) -> Array:
    """Traffic of rotary position embedding: one read, one write.

    Parameters
    ----------
    elements : [1] elements of queries and keys
    bytes_per_element : [B] size of an element

    Returns
    -------
    [B] broadcast shape

    Equation: ``2 b e``
    Reference: Su et al. 2021 (arXiv:2104.09864); traffic of a fused kernel
    Leaves out: the sine and cosine tables
    """
    return _array(2.0 * bytes_per_element * elements)


def gated_activation_bytes(*, elements: Value, bytes_per_element: Value) -> Array:
    """Traffic of a gated activation: gate and up read, product written.

    Parameters
    ----------
    elements : [1] elements of the product
    bytes_per_element : [B] size of an element

    Returns
    -------
    [B] broadcast shape

    Equation: ``3 b e``
    Reference: Shazeer 2020 (arXiv:2002.05202); traffic of a fused kernel
    Leaves out: fusion into the matmul before it
    """
    return _array(3.0 * bytes_per_element * elements)


def optimizer_bytes(*, params: Value, bytes_per_param: Value = 30.0) -> Array:
    """Traffic of one optimizer step.

    Parameters
    ----------
    params : [1] parameters this rank updates
    bytes_per_param : [B] traffic of one parameter; 30 is Adam with FP32 state and BF16 weights

    Returns
    -------
    [B] broadcast shape

    Equation: ``params * bytes``; Adam reads gradient, weight and two moments in FP32, writes three of them and the BF16 weight
    Reference: Kingma, Ba 2014 (arXiv:1412.6980), mixed precision as in Rajbhandari et al. 2020 (arXiv:1910.02054)
    Leaves out: gradient clipping's extra pass
    """
    return _array(1.0 * params * bytes_per_param)
