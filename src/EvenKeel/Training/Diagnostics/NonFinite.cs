using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Training.Diagnostics;

/// <summary>Looks into a network that stopped behaving.</summary>
internal static class NonFinite
{
    /// <summary>The first tensor or layer with a value that is not finite: parameters first, then the outputs of a
    /// forward pass over the batch that failed.</summary>
    public static string First(Network network, Pass pass, ReadOnlySpan<float> images)
    {
        network.Tape.Begin(recording: false);
        var x = network.RentInput(images);
        if (network.Backend.FirstNonFinite(x) >= 0) return "the input images hold a value that is not finite";
        string? first = null;
        void Watch(Module module, Tensor output)
        {
            if (first is null && network.Backend.FirstNonFinite(output) >= 0) first = module.Name;
        }

        pass.Watch = Watch;
        network.Forward(pass, x);
        pass.Watch = null;
        var parameter = network.FirstNonFinite();
        return (first, parameter) switch
        {
            (not null, not null) => $"the first layer with a value that is not finite is {first} (tensor {parameter})",
            (not null, null) => $"the first layer with a value that is not finite is {first}",
            (null, not null) => $"the first tensor with a value that is not finite is {parameter}",
            _ => "all layers are finite, so it is the loss itself that overflowed",
        };
    }
}
