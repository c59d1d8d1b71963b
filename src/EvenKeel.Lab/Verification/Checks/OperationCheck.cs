using EvenKeel.Autograd;
using EvenKeel.Tensors;

namespace EvenKeel.Lab.Verification.Checks;

/// <summary>What every differentiable operation of one activation has in common.</summary>
internal static class OperationCheck
{
    /// <summary>Runs it forward and backward on a tape; compares <c>out.y</c> and <c>grad.x</c>.</summary>
    public static void Run(GoldenCase golden, Func<Tape, Tensor, Tensor> operation)
    {
        var x = golden.Activation("in.x");
        var tape = new Tape(golden.Backend);
        tape.Begin(recording: true);
        var y = operation(tape, x);
        golden.CompareActivation("out.y", y);
        tape.Backward(y, golden.ActivationGradient("in.dy"));
        golden.CompareActivation("grad.x", x.Gradient);
    }
}
