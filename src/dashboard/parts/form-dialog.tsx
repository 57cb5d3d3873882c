/** A modal window with one form in it. */
import type { ComponentChildren } from 'preact'
import { Dialog } from './dialog.tsx'
import { Form, type FormState } from './form.tsx'

export const FormDialog = (props: {
  title: string
  button: string
  form: FormState
  onClose: () => void
  children: ComponentChildren
}) => (
  <Dialog title={props.title} onClose={props.onClose}>
    <Form form={props.form} button={props.button}>
      {props.children}
    </Form>
  </Dialog>
)
