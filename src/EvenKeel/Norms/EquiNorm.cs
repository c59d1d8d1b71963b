using EvenKeel.Modules;
using EvenKeel.Optim;

namespace EvenKeel.Norms;

/// <summary>Which norms a cycle of equi-normalization measures.</summary>
public enum BalanceOrder
{
    /// <summary>Those of the weights as the groups before left them (Gauss–Seidel): algorithm 1 of the paper.</summary>
    Fresh,

    /// <summary>The writers' as they were when the cycle began: the released code. Same fixed point, another way.</summary>
    Stale,
}

/// <summary>What equi-normalization does about normalizers of activations.</summary>
public enum NormalizerBalance
{
    /// <summary>Sees through them, as if they were not there: the released code. Changes the function.</summary>
    Ignore,

    /// <summary>Balances their gain and shift, instead of the weight before them, against the weight behind. Keeps the
    /// function.</summary>
    Exact,
}

/// <summary>
/// Equi-normalization: after each step the weights move within the class of networks that compute the same function to
/// the one with the smallest norm, which has balanced layers.
/// <para>Formula: for channel i, written by rows of norm L_i and read by columns of norm R_i, d_i = √(R_i/(c·L_i)); row i
/// and its bias are multiplied by d_i, column i divided by it. A cycle does so for all channels, layer by layer. At its
/// fixed point R = c·L: norms of consecutive layers have ratio c.</para>
/// <para>Shapes: weights [kh,kw,in,out] and [in,out]: a row is one output, a column one input; norms [channels]. Channels
/// that are added (residual streams) share one d: L and R are taken over all their writers and readers.</para>
/// <para>State: none; the weights are ordinary ones. Momentum buffers and Adam's first moments move the other way, its
/// second moments with d². With coupled weight decay that is exact for the loss's share of a buffer only.</para>
/// <para>Deviations: the released code does not balance the last layer (<c>last=false</c>), never scales biases
/// (<c>biases=false</c>), measures stale norms (<c>order=stale</c>) and ignores batch normalization (<c>bn=ignore</c>, the
/// default, which sees through any normalizer and then changes the function); <c>bn=exact</c> keeps it. Channels with L or
/// R of 0 stay. Activations must grow in proportion to their input: the ReLU family and pooling do; channels that pass
/// anything else stay as they are.</para>
/// <para>Paper: Stock, Graham, Gribonval and Jégou 2019, section 3, arXiv 1902.10416.</para>
/// </summary>
[NormMethod(
    "enorm", "Equi-normalization", "W_k[i] ·= d_i, W_{k+1}[:,i] /= d_i, d = √(R/(c·L))",
    "Stock et al. 2019, section 3, arXiv 1902.10416",
    Foldable = true,
    Notes = "The function of the network stays the same if its activations grow in proportion to their input and, where "
        + "it has normalizers, with bn=exact. The default bn=ignore is the released code, which also leaves out the "
        + "last layer and biases and measures stale norms (last=false, biases=false, order=stale).")]
public sealed record EquiNorm : Norm
{
    /// <summary>Norm of a layer over that of the one before, once balanced; above 0.</summary>
    [NormOption("c", "norm of a layer over that of the layer before, once balanced")]
    public float Ratio { get; init; } = 1f;

    /// <summary>Cycles after each step, 1 or more.</summary>
    [NormOption("cycles", "cycles after each step")]
    public int Cycles { get; init; } = 1;

    /// <summary>1 or 2: the norm that is balanced.</summary>
    [NormOption("p", "norm that is balanced, 1 or 2")]
    public int Power { get; init; } = 2;

    /// <summary>True to scale biases along with their rows; false changes the function where there are biases.</summary>
    [NormOption("biases", "scale biases along; false, as in the released code, changes the function")]
    public bool Biases { get; init; } = true;

    /// <summary>True to balance what the last layer reads too.</summary>
    [NormOption("last", "balance the last layer too; false as in the released code")]
    public bool Last { get; init; } = true;

    /// <summary>Which norms a cycle measures.</summary>
    [NormOption("order", "norms as the cycle leaves them, or as it found them (released code)")]
    public BalanceOrder Order { get; init; } = BalanceOrder.Fresh;

    /// <summary>True to rescale the optimizer's buffers along.</summary>
    [NormOption("momentum", "rescale the optimizer's buffers along")]
    public bool Momentum { get; init; } = true;

    /// <summary>What to do about normalizers.</summary>
    [NormOption("bn", "see through normalizers (released code), or balance their gain and shift exactly")]
    public NormalizerBalance Normalizers { get; init; } = NormalizerBalance.Ignore;

    /// <inheritdoc/>
    public override StepHook Hook(Network network, Optimizer optimizer) =>
        new AfterEachStep(new ChannelBalancer(this, network, Momentum ? optimizer : null), Cycles);

    /// <summary>Balances a network once, with <see cref="Cycles"/> cycles.</summary>
    /// <param name="network">The network.</param>
    /// <param name="optimizer">The optimizer whose buffers move along; null if there is none.</param>
    /// <returns>The largest max(d, 1/d) of the last cycle: 1 at the fixed point.</returns>
    /// <exception cref="UserException">There is nothing to balance, or a weight map or normalizer stands in the way.</exception>
    public double Balance(Network network, Optimizer? optimizer = null)
    {
        Validate();
        return new ChannelBalancer(this, network, optimizer).Run(Cycles);
    }

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!(Ratio > 0)) throw new UserException($"enorm(c={Ratio}): expected a number above 0, such as 1 or 1.2.");
        if (Cycles < 1) throw new UserException($"enorm(cycles={Cycles}): expected 1 or more.");
        if (Power is not (1 or 2)) throw new UserException($"enorm(p={Power}): expected 1 or 2.");
    }

    private sealed class AfterEachStep(ChannelBalancer balancer, int cycles) : StepHook
    {
        public override void AfterUpdate(in StepTime time) => balancer.Run(cycles);

        internal override void Lead(Optimizer optimizer) => optimizer.Moved = balancer.Follow;
    }
}
