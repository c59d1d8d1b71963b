using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Tensors;

namespace EvenKeel.Modules;

/// <summary>
/// How a parameter starts. Random ones draw from a stream keyed by the seed and the parameter's layer, so every
/// scheme on the same network starts from the same numbers.
/// </summary>
public abstract record Init
{
    /// <summary>All elements equal.</summary>
    public static Init Constant(float value) => new ConstantInit(value);

    /// <summary>Fills the tensor.</summary>
    internal abstract void Fill(Backend backend, Tensor tensor, RandomStream stream);

    /// <summary>
    /// The starting weight of a linear map by name: <c>he</c>: N(0, 2/((1+slope²)·fan_in)) (arXiv 1502.01852,
    /// section 2.2), biases 0; <c>he-uniform</c>: the same deviation, U(±√(6/((1+slope²)·fan_in))); <c>uniform</c>: weights and biases U(±1/√fan_in), PyTorch's default; <c>normal</c>:
    /// N(0, 0.05²), biases 0, of the weight normalization authors' code.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="fanIn">Inputs per output.</param>
    /// <param name="slope">Slope of the activation that follows.</param>
    /// <exception cref="UserException">The name is unknown.</exception>
    public static (Init Weight, Init Bias) Named(string name, int fanIn, float slope) => name switch
    {
        "he" => (new NormalInit(MathF.Sqrt(2f / ((1f + slope * slope) * fanIn))), Constant(0f)),
        "he-uniform" => (new UniformInit(MathF.Sqrt(6f / ((1f + slope * slope) * fanIn))), Constant(0f)),
        "uniform" => (new UniformInit(1f / MathF.Sqrt(fanIn)), new UniformInit(1f / MathF.Sqrt(fanIn))),
        "normal" => (new NormalInit(0.05f), Constant(0f)),
        _ => throw new UserException($"Initialization '{name}' does not exist: expected he, he-uniform, uniform or normal."),
    };
}

internal sealed record ConstantInit(float Value) : Init
{
    internal override void Fill(Backend backend, Tensor tensor, RandomStream stream) => backend.Fill(Value, tensor);
}

internal sealed record NormalInit(float Deviation) : Init
{
    internal override void Fill(Backend backend, Tensor tensor, RandomStream stream) =>
        backend.FillGaussian(stream, 0f, Deviation, tensor);
}

internal sealed record UniformInit(float HalfWidth) : Init
{
    internal override void Fill(Backend backend, Tensor tensor, RandomStream stream) =>
        backend.FillUniform(stream, -HalfWidth, HalfWidth, tensor);
}
