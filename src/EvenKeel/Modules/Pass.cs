using EvenKeel.Autograd;
using EvenKeel.Kernels.Random;
using EvenKeel.Tensors;

namespace EvenKeel.Modules;

/// <summary>What a forward pass is for.</summary>
public enum PassMode
{
    /// <summary>Batch statistics, noise and dropout active, running statistics updated.</summary>
    Train,

    /// <summary>Running statistics, no noise.</summary>
    Evaluate,

    /// <summary>The one pass of data-dependent initialization: as training, but running statistics stay.</summary>
    Initialize,

    /// <summary>A pass that measures running statistics anew: batch statistics, but no noise and no dropout, and every
    /// batch counts alike.</summary>
    Recalibrate,
}

/// <summary>The arguments of a forward pass that are not the input: nothing about a pass is hidden in the modules.</summary>
public sealed class Pass
{
    /// <summary>Makes a pass.</summary>
    public Pass(Tape tape, PassMode mode, ulong seed = 0, uint step = 0)
    {
        Tape = tape;
        Mode = mode;
        Seed = seed;
        Step = step;
    }

    /// <summary>Records the operations.</summary>
    public Tape Tape { get; }

    /// <summary>What the pass is for.</summary>
    public PassMode Mode { get; set; }

    /// <summary>Seed of the run.</summary>
    public ulong Seed { get; set; }

    /// <summary>Training step; noise and dropout differ from step to step.</summary>
    public uint Step { get; set; }

    /// <summary>True in training and initialization: noise and dropout are active.</summary>
    public bool IsTraining => Mode is PassMode.Train or PassMode.Initialize;

    /// <summary>Called with each module of a sequence and its output; null, the default, costs nothing. A normalizer that
    /// would add a residual block's shortcut in its own pass leaves that to a second one, so that its output exists.</summary>
    public Action<Module, Tensor>? Watch { get; set; }

    /// <summary>Called with each module of a sequence and its input, before it runs; null, the default, costs nothing.</summary>
    internal Action<Module, Tensor>? WatchInput { get; set; }

    /// <summary>Called with each module of a sequence when it is done, whatever it left to others; null, the default, costs
    /// nothing.</summary>
    internal Action<Module>? Ended { get; set; }

    /// <summary>The random numbers of one use in this step.</summary>
    public RandomStream Stream(uint use) => new(Seed, use, Step);
}
