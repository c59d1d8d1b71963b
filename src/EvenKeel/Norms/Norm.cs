using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// A normalization method and its hyperparameters. Methods act at three places, and each does nothing by default:
/// on activations after a linear map, on weights before they are used, and on the network after a step.
/// </summary>
/// <remarks>A new method is one file with a record like this and one line in <see cref="Methods"/>; text parsing, the
/// command line, studies, conformance tests and documentation follow from that list.</remarks>
public abstract record Norm
{
    /// <summary>Every method, in the order in which they are listed to users.</summary>
    public static IReadOnlyList<NormMethod> Methods { get; } =
    [
        NormMethod.Of<NoNorm>(),
        NormMethod.Of<BatchNorm>(),
        NormMethod.Of<MeanOnlyBatchNorm>(),
        NormMethod.Of<WeightNorm>(),
    ];

    /// <summary>The module placed after a linear map, or null for none.</summary>
    /// <param name="channels">Channels (outputs) of the map.</param>
    /// <param name="activation">The activation that follows; the module applies it.</param>
    public virtual NormLayer? Activation(int channels, Activation activation) => null;

    /// <summary>The map from stored to effective weight, or null to keep the weight as it is.</summary>
    /// <param name="shape">Native shape of the weight; the last dimension is the output.</param>
    /// <param name="init">How the stored direction starts.</param>
    public virtual WeightMap? Weight(Shape shape, Init init) => null;

    /// <summary>Throws if an option's value makes no sense.</summary>
    /// <exception cref="UserException">Names the option, the value and what is allowed.</exception>
    public virtual void Validate()
    {
    }

    /// <summary>What to do after each optimizer step, or null for nothing.</summary>
    public virtual StepHook? AfterStep(Network network) => null;
}
