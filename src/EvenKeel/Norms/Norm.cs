using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Optim;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>The places at which a method can act.</summary>
[Flags]
public enum NormPlaces
{
    /// <summary>Nowhere.</summary>
    None = 0,

    /// <summary>On activations after a linear map.</summary>
    Activations = 1,

    /// <summary>On weights before they are used.</summary>
    Weights = 2,

    /// <summary>Around each optimizer step.</summary>
    Steps = 4,
}

/// <summary>
/// A normalization method and its hyperparameters. Methods act at three places, and each does nothing by default:
/// on activations after a linear map, on weights before they are used, and around each optimizer step.
/// </summary>
/// <remarks>A new method is one file with a record like this and one line in <see cref="Methods"/>, or in another
/// assembly one call of <see cref="Register"/>; text parsing, the command line, studies, conformance tests and
/// documentation follow from that list.</remarks>
public abstract record Norm
{
    private static readonly Lock Registering = new();

    private static volatile NormMethod[] _methods =
    [
        NormMethod.Of<NoNorm>(),
        NormMethod.Of<BatchNorm>(),
        NormMethod.Of<MeanOnlyBatchNorm>(),
        NormMethod.Of<GhostBatchNorm>(),
        NormMethod.Of<BatchRenorm>(),
        NormMethod.Of<RangeBatchNorm>(),
        NormMethod.Of<GroupNorm>(),
        NormMethod.Of<GroupNormSlabs>(),
        NormMethod.Of<LayerNorm>(),
        NormMethod.Of<RmsNorm>(),
        NormMethod.Of<InstanceNorm>(),
        NormMethod.Of<FilterResponseNorm>(),
        NormMethod.Of<EvoNormB0>(),
        NormMethod.Of<EvoNormS0>(),
        NormMethod.Of<SwitchableNorm>(),
        NormMethod.Of<BatchChannelNorm>(),
        NormMethod.Of<WeightNorm>(),
        NormMethod.Of<WeightStandardization>(),
        NormMethod.Of<BoundedWeightNorm>(),
        NormMethod.Of<SpectralNorm>(),
        NormMethod.Of<AdaptiveGradientClipping>(),
        NormMethod.Of<RecordNorms>(),
        NormMethod.Of<WeightDecayMimic>(),
        NormMethod.Of<NormScheduling>(),
        NormMethod.Of<PathSgd>(),
        NormMethod.Of<EquiNorm>(),
    ];

    /// <summary>Every method, in the order in which they are listed to users; registered ones come last.</summary>
    public static IReadOnlyList<NormMethod> Methods => _methods;

    /// <summary>Makes a method of another assembly known to this process: from then on <see cref="Methods"/> lists it, and
    /// scheme text, and with it every spec and study, can name it. Any thread may call it, more than once.</summary>
    /// <typeparam name="T">The record, with its <see cref="NormMethodAttribute"/>.</typeparam>
    /// <returns>The entry of the list.</returns>
    /// <exception cref="InvalidOperationException">The record has no attribute, its name cannot stand in scheme text, or
    /// another method has it.</exception>
    public static NormMethod Register<T>() where T : Norm, new()
    {
        lock (Registering)
        {
            if (_methods.FirstOrDefault(m => m.Type == typeof(T)) is { } known) return known;
            var method = NormMethod.Of<T>();
            if (!NormMethod.IsName(method.Name))
                throw new InvalidOperationException($"The name '{method.Name}' of {typeof(T).Name} cannot stand in scheme text: expected lower-case letters, digits and hyphens, beginning with a letter.");
            if (_methods.FirstOrDefault(m => m.Name == method.Name) is { } other)
                throw new InvalidOperationException($"The name '{method.Name}' of {typeof(T).Name} is taken by {other.Type.Name}: choose another.");
            _methods = [.. _methods, method];
            return method;
        }
    }

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

    /// <summary>What to do around each optimizer step, or null for nothing.</summary>
    /// <param name="network">The network, its parameters initialized.</param>
    /// <param name="optimizer">The optimizer that moves it; for buffers that must move along with the weights.</param>
    /// <exception cref="UserException">The method cannot act on this network or with this optimizer.</exception>
    public virtual StepHook? Hook(Network network, Optimizer optimizer) => null;

    /// <summary>Where the method acts: at the places whose members it overrides.</summary>
    public NormPlaces Places =>
        Where(nameof(Activation), NormPlaces.Activations)
        | Where(nameof(Weight), NormPlaces.Weights)
        | Where(nameof(Hook), NormPlaces.Steps);

    private NormPlaces Where(string member, NormPlaces place) =>
        GetType().GetMethod(member)!.DeclaringType == typeof(Norm) ? NormPlaces.None : place;
}
