using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Optim;

/// <summary>
/// Stochastic gradient descent: g ← g + λp; buf ← momentum·buf + g; p ← p − η·buf, or with Nesterov's form
/// p ← p − η·(g + momentum·buf). The buffer starts at 0 and is not damped, as in PyTorch;
/// below 2⁻¹⁰⁰ it counts as zero, which saves time.
/// </summary>
public sealed class Sgd : Optimizer
{
    private readonly Tensor[]? _buffers;
    private readonly float _momentum;
    private readonly bool _nesterov;

    /// <summary>Allocates the buffers, if there is momentum.</summary>
    /// <exception cref="UserException">Momentum outside [0,1), or Nesterov's form without momentum.</exception>
    public Sgd(Network network, double momentum = 0, bool nesterov = false) : base(network)
    {
        if (momentum is < 0 or >= 1) throw new UserException($"Momentum is {momentum}: expected 0 to below 1.");
        if (nesterov && momentum == 0) throw new UserException("Nesterov's form needs a momentum above 0, such as 0.9.");
        _momentum = (float)momentum;
        _nesterov = nesterov;
        if (momentum > 0) _buffers = Buffers("momentum");
    }

    /// <inheritdoc/>
    protected override void Update(int index, Tensor value, Tensor gradient, float decay) =>
        Backend.Sgd(value, gradient, _buffers?[index], (float)LearningRate, _momentum, _nesterov, decay);
}
