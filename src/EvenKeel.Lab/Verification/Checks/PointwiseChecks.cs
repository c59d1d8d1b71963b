using EvenKeel.Autograd;
using EvenKeel.Tensors;

namespace EvenKeel.Lab.Verification.Checks;

/// <summary>Activations and flatten.</summary>
internal static class PointwiseChecks
{
    public static void LeakyRelu(GoldenCase golden)
    {
        var activation = Activation.LeakyRelu((float)golden.Config.Number("slope"));
        OperationCheck.Run(golden, (tape, x) => tape.Activate(x, activation));
    }

    public static void Relu(GoldenCase golden) =>
        OperationCheck.Run(golden, (tape, x) => tape.Activate(x, Activation.Relu));

    // A flattened row is (c,h,w) in the file and (h,w,c) here, so rows are compared as the images they came from.
    public static void Flatten(GoldenCase golden)
    {
        var x = golden.Activation("in.x");
        var file = Layout.ActivationFileShape(x.Shape);
        var tape = new Tape(golden.Backend);
        tape.Begin(recording: true);
        var y = tape.Flatten(x);
        golden.Compare("out.y", Layout.ActivationToFile(y.ToArray(), x.Shape), y.Shape.ToArray());
        tape.Backward(y, Layout.ActivationFromFile(golden.Input("in.dy").Values, file));
        golden.CompareActivation("grad.x", x.Gradient);
    }
}
