using EvenKeel.Autograd;

namespace EvenKeel.Lab.Verification.Checks;

/// <summary>Losses.</summary>
internal static class LossChecks
{
    public static void SoftmaxCrossEntropy(GoldenCase golden)
    {
        var smoothing = (float)golden.Config.Number("label_smoothing");
        var logits = golden.Activation("in.x");
        var tape = new Tape(golden.Backend);
        tape.Begin(recording: true);
        var loss = tape.SoftmaxCrossEntropy(logits, golden.Labels("in.labels"), smoothing);
        golden.CompareWeight("out.loss", loss.Value);
        golden.CompareActivation("out.probabilities", loss.Probabilities);
        tape.Backward(loss.Value);
        golden.CompareActivation("grad.x", logits.Gradient);
    }
}
